/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From an instruction to its line: Objects/lnotab_notes.txt (3.8, 3.9 and, in
 * another form, 3.10), Objects/locations.md (since 3.11).
 */
#include "python/frame.h"

#include "python/object.h"

#define TABLE_MOST (1u << 22)

struct table {
	struct python *py;
	uint64_t at, end;
};

static bool table_byte(struct table *table, uint8_t *ret)
{
	if (table->at >= table->end)
		return false;
	*ret = python_byte(table->py, table->at++);
	return true;
}

/* Pairs: so many bytes on, so many lines on (signed). */
static int64_t line_by_lnotab(struct table *table, int32_t instruction, int32_t line)
{
	uint8_t bytes, lines;
	int64_t at = 0, current = line;

	while (table_byte(table, &bytes) && table_byte(table, &lines)) {
		at += bytes;
		if (at > instruction)
			break;
		current += (int8_t)lines;
	}
	return current;
}

/* Pairs: a range of so many bytes, whose line is so many on; -128: it has none. */
static int64_t line_by_ranges(struct table *table, int32_t instruction, int32_t line)
{
	uint8_t bytes, lines;
	int64_t end = 0, current = line;

	while (table_byte(table, &bytes) && table_byte(table, &lines)) {
		bool none = (int8_t)lines == -128;

		end += bytes;
		if (!none)
			current += (int8_t)lines;
		if (instruction < end)
			return none ? 0 : current;
	}
	return 0;
}

/* 6 bits at a time, the lowest first; 0x40: more follow. */
static uint32_t table_number(struct table *table)
{
	uint32_t value = 0;
	uint8_t byte = 0x40;

	for (int shift = 0; shift < 32 && byte & 0x40 && table_byte(table, &byte); shift += 6)
		value |= (uint32_t)(byte & 0x3f) << shift;
	return value;
}

static int32_t table_signed(struct table *table)
{
	uint32_t value = table_number(table);

	return value & 1 ? -(int32_t)(value >> 1) : (int32_t)(value >> 1);
}

/* Forms of an entry, in bits 3 to 6 of its first byte; below FORM_ONE_LINE: short ones. */
enum { FORM_ONE_LINE = 10, FORM_NO_COLUMNS = 13, FORM_LONG = 14, FORM_NONE = 15 };

/* Reads the rest of an entry: by how many lines it goes on. */
static int32_t entry_lines(struct table *table, int form)
{
	int32_t lines;

	switch (form) {
	case FORM_NONE:
		return 0;
	case FORM_LONG:
		lines = table_signed(table);
		table_number(table);
		table_number(table);
		table_number(table);
		return lines;
	case FORM_NO_COLUMNS:
		return table_signed(table);
	case FORM_ONE_LINE:
	case FORM_ONE_LINE + 1:
	case FORM_ONE_LINE + 2:
		table->at += 2;
		return form - FORM_ONE_LINE;
	default:
		table->at += 1;
		return 0;
	}
}

static int64_t line_by_locations(struct table *table, int32_t instruction, int32_t line)
{
	int64_t end = 0, current = line;
	uint8_t first;

	while (table_byte(table, &first)) {
		int form = first >> 3 & 15;

		end += 2 * ((first & 7) + 1);
		current += entry_lines(table, form);
		if (instruction < end)
			return form == FORM_NONE ? 0 : current;
	}
	return 0;
}

static int64_t (*const line_by[])(struct table *table, int32_t instruction, int32_t line) = {
	[LINES_LNOTAB] = line_by_lnotab,
	[LINES_RANGES] = line_by_ranges,
	[LINES_LOCATIONS] = line_by_locations,
};

uint32_t python_frame_line(struct python *py, const struct python_frame *frame)
{
	uint64_t bytes = frame->code.lines;
	uint64_t length = bytes ? python_word(py, bytes + BYTES_LENGTH) : 0;
	struct table table = { py, bytes + BYTES_DATA, bytes + BYTES_DATA + length };
	int64_t line;

	if (length > TABLE_MOST || frame->code.first_line < 0)
		return 0;
	if (frame->instruction < 0)
		return (uint32_t)frame->code.first_line;
	line = line_by[py->layout->lines](&table, frame->instruction, frame->code.first_line);
	return line > 0 && line <= INT32_MAX ? (uint32_t)line : 0;
}
