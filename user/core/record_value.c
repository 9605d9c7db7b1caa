/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Both directions of each format stand side by side, and two tables at the end
 * choose between them.
 */
#include "core/record_value.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/record_bytes.h"
#include "core/record_words.h"

#define DEV_MINOR_BITS 20 /* linux/kdev_t.h */

void record_put(struct record_text *text, const char *format, ...)
{
	va_list args;

	if (text->error)
		return;
	va_start(args, format);

	int length = vsnprintf(text->bytes + text->length, text->size - text->length, format, args);

	va_end(args);
	if (length < 0 || (size_t)length >= text->size - text->length)
		text->error = -ENOSPC;
	else
		text->length += (size_t)length;
}

uint64_t record_load(const void *record, size_t offset, size_t size)
{
	const char *at = (const char *)record + offset;
	uint16_t quarter;
	uint32_t half;
	uint64_t value;

	switch (size) {
	case sizeof(quarter):
		memcpy(&quarter, at, sizeof(quarter));
		return quarter;
	case sizeof(half):
		memcpy(&half, at, sizeof(half));
		return half;
	default:
		assert(size == sizeof(value));
		memcpy(&value, at, sizeof(value));
		return value;
	}
}

void record_store(void *record, size_t offset, size_t size, uint64_t value)
{
	char *at = (char *)record + offset;
	uint16_t quarter = (uint16_t)value;
	uint32_t half = (uint32_t)value;

	switch (size) {
	case sizeof(quarter):
		memcpy(at, &quarter, sizeof(quarter));
		break;
	case sizeof(half):
		memcpy(at, &half, sizeof(half));
		break;
	default:
		assert(size == sizeof(value));
		memcpy(at, &value, sizeof(value));
	}
}

int record_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Decimal, or hex with 0x. False if it is not a number or needs more than 64 bits. */
static bool parse_number(const char *value, size_t length, uint64_t *ret)
{
	bool hex = length > 2 && value[0] == '0' && value[1] == 'x';
	uint64_t base = hex ? 16 : 10, number = 0;
	size_t i = hex ? 2 : 0;

	if (i == length)
		return false;
	for (; i < length; i++) {
		int digit = record_hex_digit(value[i]);

		if (digit < 0 || (uint64_t)digit >= base ||
		    __builtin_mul_overflow(number, base, &number) ||
		    __builtin_add_overflow(number, (uint64_t)digit, &number))
			return false;
	}
	*ret = number;
	return true;
}

static const char *store_checked(const struct record_field *field, size_t offset, uint64_t value,
				 void *record)
{
	if (field->size < sizeof(value) && value >> 8 * field->size)
		return "is too large";
	record_store(record, offset, field->size, value);
	return NULL;
}

static void format_number(const struct record_field *field, uint64_t value,
			  struct record_text *text)
{
	if (field->format == FORMAT_HEX && value)
		record_put(text, "0x%llx", (unsigned long long)value);
	else
		record_put(text, "%llu", (unsigned long long)value);
}

/* One number, or an array of them, without the zeros at its end. */
static void format_numbers(const struct record_field *field, const void *record,
			   struct ordinals *ids, struct record_text *text)
{
	unsigned int count = field->count;

	(void)ids;
	while (count > 1 &&
	       !record_load(record, field->offset + (count - 1) * field->size, field->size))
		count--;
	for (unsigned int i = 0; i < count; i++) {
		if (i)
			record_put(text, ",");
		format_number(field,
			      record_load(record, field->offset + i * field->size, field->size),
			      text);
	}
}

static const char *parse_numbers(const struct record_field *field, const char *value, size_t length,
				 void *record)
{
	const char *end = value + length;

	for (unsigned int i = 0;; i++) {
		const char *comma = memchr(value, ',', (size_t)(end - value));
		size_t part = (size_t)((comma ? comma : end) - value);
		uint64_t number;

		if (i == field->count)
			return "has too many values";
		if (!parse_number(value, part, &number))
			return "is not a number";

		const char *wrong =
			store_checked(field, field->offset + i * field->size, number, record);

		if (wrong || !comma)
			return wrong;
		value = comma + 1;
	}
}

static void format_signed(const struct record_field *field, const void *record,
			  struct ordinals *ids, struct record_text *text)
{
	(void)ids;
	record_put(text, "%d", (int32_t)record_load(record, field->offset, field->size));
}

static const char *parse_signed(const struct record_field *field, const char *value, size_t length,
				void *record)
{
	bool minus = length && value[0] == '-';
	uint64_t number;

	if (!parse_number(value + minus, length - minus, &number) || number > INT32_MAX)
		return "is not a number of 32 bits";
	record_store(record, field->offset, field->size, minus ? -number : number);
	return NULL;
}

static void format_id(const struct record_field *field, const void *record, struct ordinals *ids,
		      struct record_text *text)
{
	uint64_t id = record_load(record, field->offset, field->size);
	uint32_t number = 0;

	if (!ids) {
		format_number(field, id, text);
		return;
	}
	if (ordinals_get(ids, id, &number))
		text->error = -ENOMEM;
	format_number(field, number, text);
}

static void format_dev(const struct record_field *field, const void *record, struct ordinals *ids,
		       struct record_text *text)
{
	uint64_t dev = record_load(record, field->offset, field->size);

	(void)ids;
	if (dev > UINT32_MAX)
		format_number(field, dev, text);
	else
		record_put(text, "%u:%u", (uint32_t)dev >> DEV_MINOR_BITS,
			   (uint32_t)dev & ((1u << DEV_MINOR_BITS) - 1));
}

static const char *parse_dev(const struct record_field *field, const char *value, size_t length,
			     void *record)
{
	const char *colon = memchr(value, ':', length);
	uint64_t major, minor;

	if (!colon)
		return parse_numbers(field, value, length, record);
	if (!parse_number(value, (size_t)(colon - value), &major) ||
	    !parse_number(colon + 1, length - (size_t)(colon - value) - 1, &minor) ||
	    major >> (32 - DEV_MINOR_BITS) || minor >> DEV_MINOR_BITS)
		return "is not major:minor";
	record_store(record, field->offset, field->size, major << DEV_MINOR_BITS | minor);
	return NULL;
}

/* Index of the name among the field's names, or -1. */
static int name_find(const struct record_field *field, const char *value, size_t length)
{
	for (int i = 0; i < field->name_count; i++)
		if (field->names[i] && strlen(field->names[i]) == length &&
		    !memcmp(field->names[i], value, length))
			return i;
	return -1;
}

static void format_bits(const struct record_field *field, const void *record, struct ordinals *ids,
			struct record_text *text)
{
	uint64_t left = record_load(record, field->offset, field->size);
	const char *comma = "";

	(void)ids;
	for (int i = 0; i < field->name_count; i++) {
		if (!(left >> i & 1))
			continue;
		record_put(text, "%s%s", comma, field->names[i]);
		left &= ~(1ull << i);
		comma = ",";
	}
	if (left)
		record_put(text, "%s0x%llx", comma, (unsigned long long)left);
}

static const char *parse_bits(const struct record_field *field, const char *value, size_t length,
			      void *record)
{
	const char *end = value + length;
	uint64_t bits = 0, number;

	for (const char *comma = value; comma; value = comma ? comma + 1 : end) {
		comma = memchr(value, ',', (size_t)(end - value));

		size_t part = (size_t)((comma ? comma : end) - value);
		int bit = name_find(field, value, part);

		if (bit >= 0)
			bits |= 1ull << bit;
		else if (parse_number(value, part, &number))
			bits |= number;
		else
			return "has an unknown name";
	}
	return store_checked(field, field->offset, bits, record);
}

static void format_symbol(const struct record_field *field, const void *record,
			  struct ordinals *ids, struct record_text *text)
{
	uint64_t value = record_load(record, field->offset, field->size);

	(void)ids;
	if (value < field->name_count && field->names[value])
		record_put(text, "%s", field->names[value]);
	else
		format_number(field, value, text);
}

/* A value without a name is refused: arrays are indexed with it. */
static const char *parse_symbol(const struct record_field *field, const char *value, size_t length,
				void *record)
{
	int number = name_find(field, value, length);

	if (number < 0)
		return "has an unknown name";
	record_store(record, field->offset, field->size, (uint64_t)number);
	return NULL;
}

/* A word of a vocabulary, or the number that it stands for. */
static void format_word(const struct record_field *field, const void *record, struct ordinals *ids,
			struct record_text *text)
{
	int32_t value = (int32_t)record_load(record, field->offset, field->size);
	const char *word =
		field->format == FORMAT_CALL ? record_call_word(value) : record_error_word(value);

	(void)ids;
	if (word)
		record_put(text, "%s", word);
	else
		record_put(text, "%d", value);
}

static const char *parse_word(const struct record_field *field, const char *value, size_t length,
			      void *record)
{
	int32_t number;
	bool known = field->format == FORMAT_CALL ? record_call_number(value, length, &number)
						  : record_error_number(value, length, &number);

	if (!known)
		return parse_signed(field, value, length, record) ? "is not known" : NULL;
	record_store(record, field->offset, field->size, (uint64_t)number);
	return NULL;
}

static const struct {
	void (*format)(const struct record_field *field, const void *record, struct ordinals *ids,
		       struct record_text *text);
	const char *(*parse)(const struct record_field *field, const char *value, size_t length,
			     void *record);
} formats[FORMATS] = {
	[FORMAT_DEC] = { format_numbers, parse_numbers },
	[FORMAT_HEX] = { format_numbers, parse_numbers },
	[FORMAT_SIGNED] = { format_signed, parse_signed },
	[FORMAT_ID] = { format_id, parse_numbers },
	[FORMAT_DEV] = { format_dev, parse_dev },
	[FORMAT_BITS] = { format_bits, parse_bits },
	[FORMAT_SYMBOL] = { format_symbol, parse_symbol },
	[FORMAT_CALL] = { format_word, parse_word },
	[FORMAT_ERROR] = { format_word, parse_word },
	[FORMAT_NAME] = { record_format_name, record_parse_name },
	[FORMAT_BYTES] = { record_format_bytes, record_parse_bytes },
	[FORMAT_REST] = { record_format_rest, record_parse_rest },
	[FORMAT_TEXT] = { record_format_text, record_parse_text },
};
_Static_assert(FORMATS == 13, "a format lacks its row");

void record_value_format(const struct record_field *field, const void *record, struct ordinals *ids,
			 struct record_text *text)
{
	formats[field->format].format(field, record, ids, text);
}

const char *record_value_parse(const struct record_field *field, const char *value, size_t length,
			       void *record)
{
	return formats[field->format].parse(field, value, length, record);
}
