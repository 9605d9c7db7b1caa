/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/record_bytes.h"

#include <string.h>

#include "core/record.h"

static void format_escaped(const char *bytes, size_t length, struct record_text *text)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c > ' ' && c < 0x7f && c != '\\')
			record_put(text, "%c", c);
		else
			record_put(text, "\\x%02x", c);
	}
}

/* Into at most size bytes, none of them NUL. The length, or -1 if it is malformed or too long. */
static int parse_escaped(const char *value, size_t length, char *ret, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++) {
		char c = value[i];

		if (c == '\\') {
			if (length - i < 4 || value[i + 1] != 'x' ||
			    record_hex_digit(value[i + 2]) < 0 ||
			    record_hex_digit(value[i + 3]) < 0)
				return -1;
			c = (char)(record_hex_digit(value[i + 2]) << 4 |
				   record_hex_digit(value[i + 3]));
			i += 3;
		}
		if (!c || count == size)
			return -1;
		ret[count++] = c;
	}
	return (int)count;
}

void record_format_name(const struct record_field *field, const void *record, struct ordinals *ids,
			struct record_text *text)
{
	const char *name = (const char *)record + field->offset;

	(void)ids;
	format_escaped(name, strnlen(name, field->size), text);
}

const char *record_parse_name(const struct record_field *field, const char *value, size_t length,
			      void *record)
{
	char *name = (char *)record + field->offset;

	memset(name, 0, field->size);
	if (parse_escaped(value, length, name, field->size - 1u) < 0)
		return "is too long or not well written";
	return NULL;
}

void record_format_text(const struct record_field *field, const void *record, struct ordinals *ids,
			struct record_text *text)
{
	const struct record_answer *answer = record;

	(void)field;
	(void)ids;
	format_escaped((const char *)answer->bytes, answer->length ? answer->length - 1 : 0, text);
}

const char *record_parse_text(const struct record_field *field, const char *value, size_t length,
			      void *record)
{
	struct record_answer *answer = record;
	char *bytes = (char *)answer->bytes;
	int count = parse_escaped(value, length, bytes, sizeof(answer->bytes) - 1);

	(void)field;
	if (count < 0)
		return "is too long or not well written";
	bytes[count] = '\0';
	answer->length = (uint32_t)count + 1;
	return NULL;
}

static void format_hex_bytes(const uint8_t *bytes, size_t length, struct record_text *text)
{
	for (size_t i = 0; i < length; i++)
		record_put(text, "%02x", bytes[i]);
}

/* Pairs of hex digits; a '.' between two pairs is there for the eye only. The length, or -1. */
static int parse_hex_bytes(const char *value, size_t length, uint8_t *ret, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i += 2) {
		if (value[i] == '.' && count && i + 1 < length)
			i++;
		if (length - i < 2 || count == size)
			return -1;

		int high = record_hex_digit(value[i]), low = record_hex_digit(value[i + 1]);

		if (high < 0 || low < 0)
			return -1;
		ret[count++] = (uint8_t)(high << 4 | low);
	}
	return (int)count;
}

void record_format_bytes(const struct record_field *field, const void *record, struct ordinals *ids,
			 struct record_text *text)
{
	const uint8_t *bytes = (const uint8_t *)record + field->offset;
	size_t length = field->size;

	(void)ids;
	while (length && !bytes[length - 1])
		length--;
	format_hex_bytes(bytes, length, text);
}

const char *record_parse_bytes(const struct record_field *field, const char *value, size_t length,
			       void *record)
{
	uint8_t *bytes = (uint8_t *)record + field->offset;

	memset(bytes, 0, field->size);
	if (parse_hex_bytes(value, length, bytes, field->size) < 0)
		return "is too long or not hex";
	return NULL;
}

void record_format_rest(const struct record_field *field, const void *record, struct ordinals *ids,
			struct record_text *text)
{
	const struct record_answer *answer = record;

	(void)field;
	(void)ids;
	format_hex_bytes(answer->bytes, answer->length, text);
}

const char *record_parse_rest(const struct record_field *field, const char *value, size_t length,
			      void *record)
{
	struct record_answer *answer = record;
	int count = parse_hex_bytes(value, length, answer->bytes, sizeof(answer->bytes));

	(void)field;
	if (count < 0)
		return "is too long or not hex";
	answer->length = (uint32_t)count;
	return NULL;
}
