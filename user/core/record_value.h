/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One value of a recording's field: to text and back, by its format.
 */
#ifndef DLTRACE_RECORD_VALUE_H
#define DLTRACE_RECORD_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/ordinals.h"
#include "core/record_table.h"

/* A line that is being written. */
struct record_text {
	char *bytes;
	size_t size, length;
	int error; /* -ENOSPC, or what else went wrong; nothing is written after it */
};

__attribute__((format(printf, 2, 3))) void record_put(struct record_text *text, const char *format,
						      ...);

/* Writes the field's value in record, without its name. ids may be NULL. */
void record_value_format(const struct record_field *field, const void *record, struct ordinals *ids,
			 struct record_text *text);

/* Parses value[0..length) into the field of record. NULL, or what is wrong with it. */
const char *record_value_parse(const struct record_field *field, const char *value, size_t length,
			       void *record);

/* The digit's value, or -1. Lower case only. */
int record_hex_digit(char c);

/* Numbers of 4 or 8 bytes, wherever they lie. */
uint64_t record_load(const void *record, size_t offset, size_t size);
void record_store(void *record, size_t offset, size_t size, uint64_t value);

#endif /* DLTRACE_RECORD_VALUE_H */
