/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each line of a recording consists of, as data.
 */
#ifndef DLTRACE_RECORD_TABLE_H
#define DLTRACE_RECORD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/probe.h"
#include "core/record.h"

enum record_format {
	FORMAT_DEC,
	FORMAT_HEX,
	FORMAT_SIGNED,
	FORMAT_ID,     /* opaque; its ordinal is written */
	FORMAT_DEV,    /* major:minor */
	FORMAT_BITS,   /* names of bits, with commas */
	FORMAT_SYMBOL, /* the name of a value */
	FORMAT_CALL,   /* name or number of a system call */
	FORMAT_ERROR,  /* name or number of an errno; the value is negative */
	FORMAT_NAME,   /* bytes up to NUL, in an array */
	FORMAT_BYTES,  /* an array, in hex; zeros at its end are not written */
	FORMAT_REST,   /* bytes of a struct record_answer, in hex */
	FORMAT_TEXT,   /* a string in the bytes of a struct record_answer */
	FORMATS,
};

/* What a field is if it is not there. */
enum record_absent {
	ABSENT_ZERO,
	ABSENT_SAME,   /* as the field at offset same_as */
	ABSENT_NONE,   /* -1 */
	ABSENT_OWN,    /* an id that stands for the task's process */
	ABSENT_COUNT,  /* to be counted */
	ABSENT_LENGTH, /* as many as there are bytes */
};

struct record_field {
	const char *name;
	const char *const *names; /* of BITS and SYMBOL, by bit or value; NULL: no such */
	uint16_t offset;
	uint16_t same_as;
	uint16_t size; /* of one value, or of an array of bytes */
	uint8_t name_length;
	uint8_t name_count;
	uint8_t count;	/* values, with commas */
	uint8_t format; /* enum record_format */
	uint8_t absent; /* enum record_absent */
	bool always;	/* written also if it is what it would be if it were absent */
};

struct record_table {
	const struct record_field *fields;
	uint32_t field_count; /* at most 64 */
	uint32_t size;	      /* bytes that parsing begins with setting to 0 */
};

#define RECORD_VERSION "1"

/* First word of a line, by enum record_type. */
extern const char *const record_verb[RECORD_TYPES];

extern const struct record_table look_table;
extern const struct record_table task_table;
extern const struct record_table event_table;
extern const struct record_table answer_table[QUESTION_TYPES]; /* of struct record_answer */
extern const struct record_table item_table[QUESTION_TYPES];   /* no fields: has no items */

#endif /* DLTRACE_RECORD_TABLE_H */
