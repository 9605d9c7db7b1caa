/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arbitrary bytes as a recording: each line is refused with a reason, or is
 * written back to a line that means the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int format(const struct record *record, uint32_t item_type, char *ret, size_t size)
{
	const struct record_answer *answer = &record->answer;

	switch (record->type) {
	case RECORD_LOOK:
		return record_format_look(&record->look, ret, size);
	case RECORD_TASK:
		return record_format_task(&record->task, NULL, ret, size);
	case RECORD_EVENT:
		return record_format_event(&record->event, ret, size);
	case RECORD_ANSWER:
		return record_format_answer(&answer->question,
					    &(struct answer){ .error = answer->error,
							      .partial = answer->partial,
							      .count = answer->length,
							      .items = answer->bytes },
					    ret, size);
	case RECORD_ITEM:
		return record_format_item(item_type, &record->file, NULL, ret, size);
	default:
		return record_format_header(ret, size);
	}
}

/* What was written must be accepted, and written again must be the same. */
static void check(const struct record_parser *parser, const struct record *record)
{
	static char first[RECORD_LINE_MAX], second[RECORD_LINE_MAX];
	static struct record again;
	struct record_parser other = *parser;
	int length = format(record, parser->item_type, first, sizeof(first));

	other.started = record->type != RECORD_HEADER;
	if (length <= 0 || record_parse(&other, first, (size_t)length - 1, &again))
		abort();
	if (format(&again, parser->item_type, second, sizeof(second)) != length ||
	    strcmp(first, second))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct record record;
	struct record_parser parser = { 0 };
	const char *at = (const char *)data, *end = at + size;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((newline ? newline : end) - at);

		if (length < RECORD_LINE_MAX && !record_parse(&parser, at, length, &record) &&
		    record.type != RECORD_NONE)
			check(&parser, &record);
		at += length + 1;
	}
	return 0;
}
