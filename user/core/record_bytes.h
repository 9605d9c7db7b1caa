/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of a recording that are bytes rather than numbers: names and texts,
 * which are escaped, and memory, which is hex.
 */
#ifndef DLTRACE_RECORD_BYTES_H
#define DLTRACE_RECORD_BYTES_H

#include "core/record_value.h"

void record_format_name(const struct record_field *field, const void *record, struct ordinals *ids,
			struct record_text *text);
const char *record_parse_name(const struct record_field *field, const char *value, size_t length,
			      void *record);
void record_format_text(const struct record_field *field, const void *record, struct ordinals *ids,
			struct record_text *text);
const char *record_parse_text(const struct record_field *field, const char *value, size_t length,
			      void *record);
void record_format_bytes(const struct record_field *field, const void *record, struct ordinals *ids,
			 struct record_text *text);
const char *record_parse_bytes(const struct record_field *field, const char *value, size_t length,
			       void *record);
void record_format_rest(const struct record_field *field, const void *record, struct ordinals *ids,
			struct record_text *text);
const char *record_parse_rest(const struct record_field *field, const char *value, size_t length,
			      void *record);

#endif /* DLTRACE_RECORD_BYTES_H */
