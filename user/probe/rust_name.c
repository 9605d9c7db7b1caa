/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recursive descent that prints as it reads. Whoever made the symbol chose its bytes:
 * depth is bounded, and so is work, since back references can make a short name mean an
 * endless one. A name that is cut is a name; one that breaks the grammar is none.
 *
 * Left out of what is printed: hashes of crates, and lifetimes but in lists of arguments.
 */
#include "probe/rust_name.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 48
#define STEPS_MAX 4096

struct reader {
	const char *start, *at, *end;
	char *out;
	size_t used, size;
	unsigned int depth, steps;
	bool silent; /* what is read is not to be seen */
	bool failed;
	bool full;
};

struct identifier {
	uint64_t disambiguator;
	const char *name;
	size_t length;
	bool punycode;
};

static void read_path(struct reader *reader, bool in_value);
static void read_type(struct reader *reader);
static void read_const(struct reader *reader);

static bool is_over(const struct reader *reader)
{
	return reader->failed || reader->full;
}

static bool step_in(struct reader *reader)
{
	if (++reader->depth > DEPTH_MAX || ++reader->steps > STEPS_MAX)
		reader->failed = true;
	return !is_over(reader);
}

static char peek(const struct reader *reader)
{
	return reader->at < reader->end ? *reader->at : '\0';
}

static bool take(struct reader *reader, char wanted)
{
	if (is_over(reader) || peek(reader) != wanted || !wanted)
		return false;
	reader->at++;
	return true;
}

static char take_any(struct reader *reader)
{
	char found = is_over(reader) ? '\0' : peek(reader);

	if (!found)
		reader->failed = true;
	else
		reader->at++;
	return found;
}

static void put_bytes(struct reader *reader, const char *bytes, size_t length)
{
	size_t room = reader->size - 1 - reader->used;

	if (reader->silent || is_over(reader))
		return;
	reader->full = length > room;
	if (reader->full)
		length = room;
	memcpy(reader->out + reader->used, bytes, length);
	reader->used += length;
}

static void put(struct reader *reader, const char *text)
{
	put_bytes(reader, text, strlen(text));
}

static void __attribute__((format(printf, 2, 3)))
put_number(struct reader *reader, const char *format, ...)
{
	char text[32];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof(text), format, values);
	va_end(values);
	put(reader, text);
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 36;
	return -1;
}

/* Digits up to "_". The empty number is 0, the others count from 1. */
static uint64_t read_base62(struct reader *reader)
{
	uint64_t value = 0;

	if (take(reader, '_'))
		return 0;
	while (!take(reader, '_')) {
		int digit = digit_value(take_any(reader));

		if (digit < 0 || value > UINT64_MAX / 64)
			reader->failed = true;
		if (is_over(reader))
			return 0;
		value = value * 62 + (uint64_t)digit;
	}
	return value + 1;
}

/* Zero if there is none. */
static uint64_t read_tagged(struct reader *reader, char tag)
{
	return take(reader, tag) ? read_base62(reader) + 1 : 0;
}

static struct identifier read_plain_identifier(struct reader *reader)
{
	struct identifier found = { .punycode = take(reader, 'u') };
	size_t room = (size_t)(reader->end - reader->at);

	if (peek(reader) < '0' || peek(reader) > '9')
		reader->failed = true;
	if (!take(reader, '0'))
		while (peek(reader) >= '0' && peek(reader) <= '9' && found.length <= room)
			found.length = found.length * 10 + (size_t)(take_any(reader) - '0');
	take(reader, '_');
	if (found.length > (size_t)(reader->end - reader->at))
		reader->failed = true;
	if (is_over(reader))
		return (struct identifier){ 0 };
	found.name = reader->at;
	reader->at += found.length;
	return found;
}

static struct identifier read_identifier(struct reader *reader)
{
	uint64_t disambiguator = read_tagged(reader, 's');
	struct identifier found = read_plain_identifier(reader);

	found.disambiguator = disambiguator;
	return found;
}

static void put_identifier(struct reader *reader, const struct identifier *identifier)
{
	if (identifier->punycode)
		put(reader, "punycode{");
	put_bytes(reader, identifier->name ? identifier->name : "", identifier->length);
	if (identifier->punycode)
		put(reader, "}");
}

/* What has no name of its own: {closure#0}. */
static void put_special(struct reader *reader, char space, const struct identifier *identifier)
{
	put(reader, "::{");
	if (space == 'C')
		put(reader, "closure");
	else if (space == 'S')
		put(reader, "shim");
	else
		put_bytes(reader, &space, 1);
	if (identifier->length)
		put(reader, ":");
	put_identifier(reader, identifier);
	put_number(reader, "#%llu}", (unsigned long long)identifier->disambiguator);
}

static void read_nested(struct reader *reader, bool in_value)
{
	char space = take_any(reader);

	read_path(reader, in_value);

	struct identifier identifier = read_identifier(reader);

	if (space >= 'A' && space <= 'Z') {
		put_special(reader, space, &identifier);
	} else if (identifier.length) {
		put(reader, "::");
		put_identifier(reader, &identifier);
	}
}

/* Reads once more what began earlier in the name; nothing if nobody would see it. */
static void read_again(struct reader *reader, void (*read)(struct reader *reader))
{
	const char *here = reader->at - 1;
	uint64_t offset = read_base62(reader);
	const char *behind = reader->at;

	if (offset >= (uint64_t)(here - reader->start))
		reader->failed = true;
	if (is_over(reader) || reader->silent)
		return;
	reader->at = reader->start + offset;
	read(reader);
	reader->at = behind;
}

static void read_path_of_value(struct reader *reader)
{
	read_path(reader, true);
}

static void read_path_of_type(struct reader *reader)
{
	read_path(reader, false);
}

static void read_list(struct reader *reader, void (*read)(struct reader *reader))
{
	for (bool first = true; !take(reader, 'E') && !is_over(reader); first = false) {
		if (!first)
			put(reader, ", ");
		read(reader);
	}
}

static void read_argument(struct reader *reader)
{
	if (take(reader, 'L')) {
		read_base62(reader);
		put(reader, "'_");
	} else if (take(reader, 'K')) {
		read_const(reader);
	} else {
		read_type(reader);
	}
}

/* Where an impl stands is of no interest, but whose it is. */
static void read_impl_path(struct reader *reader)
{
	bool silent = reader->silent;

	reader->silent = true;
	read_tagged(reader, 's');
	read_path(reader, false);
	reader->silent = silent;
}

static void read_impl(struct reader *reader, char tag)
{
	if (tag != 'Y')
		read_impl_path(reader);
	put(reader, "<");
	read_type(reader);
	if (tag != 'M') {
		put(reader, " as ");
		read_path(reader, false);
	}
	put(reader, ">");
}

static void read_crate(struct reader *reader)
{
	struct identifier crate = read_identifier(reader);

	put_identifier(reader, &crate);
}

static void read_path(struct reader *reader, bool in_value)
{
	char tag = step_in(reader) ? take_any(reader) : '\0';

	switch (tag) {
	case 'C':
		read_crate(reader);
		break;
	case 'M':
	case 'X':
	case 'Y':
		read_impl(reader, tag);
		break;
	case 'N':
		read_nested(reader, in_value);
		break;
	case 'I':
		read_path(reader, in_value);
		put(reader, in_value ? "::<" : "<");
		read_list(reader, read_argument);
		put(reader, ">");
		break;
	case 'B':
		read_again(reader, in_value ? read_path_of_value : read_path_of_type);
		break;
	default:
		reader->failed = true;
	}
	reader->depth--;
}

static const char *basic_type(char tag)
{
	static const char *const names[] = {
		['a' - 'a'] = "i8",   ['b' - 'a'] = "bool",  ['c' - 'a'] = "char",
		['d' - 'a'] = "f64",  ['e' - 'a'] = "str",   ['f' - 'a'] = "f32",
		['h' - 'a'] = "u8",   ['i' - 'a'] = "isize", ['j' - 'a'] = "usize",
		['l' - 'a'] = "i32",  ['m' - 'a'] = "u32",   ['n' - 'a'] = "i128",
		['o' - 'a'] = "u128", ['p' - 'a'] = "_",     ['s' - 'a'] = "i16",
		['t' - 'a'] = "u16",  ['u' - 'a'] = "()",    ['v' - 'a'] = "...",
		['x' - 'a'] = "i64",  ['y' - 'a'] = "u64",   ['z' - 'a'] = "!",
	};

	return tag >= 'a' && tag <= 'z' ? names[tag - 'a'] : NULL;
}

static void read_function(struct reader *reader)
{
	read_tagged(reader, 'G');
	if (take(reader, 'U'))
		put(reader, "unsafe ");
	if (take(reader, 'K')) {
		struct identifier abi = { .name = "C", .length = 1 };

		if (!take(reader, 'C'))
			abi = read_plain_identifier(reader);
		put(reader, "extern \"");
		put_identifier(reader, &abi);
		put(reader, "\" ");
	}
	put(reader, "fn(");
	read_list(reader, read_type);
	put(reader, ")");
	if (take(reader, 'u'))
		return;
	put(reader, " -> ");
	read_type(reader);
}

/* A trait, and what its associated types are, in one pair of brackets with its arguments. */
static void read_trait(struct reader *reader)
{
	bool open = false;

	read_path(reader, false);
	while (take(reader, 'p')) {
		if (open) {
			put(reader, ", ");
		} else if (!reader->silent && reader->used &&
			   reader->out[reader->used - 1] == '>') {
			reader->used--;
			put(reader, ", ");
		} else {
			put(reader, "<");
		}
		open = true;

		struct identifier name = read_plain_identifier(reader);

		put_identifier(reader, &name);
		put(reader, " = ");
		read_type(reader);
	}
	if (open)
		put(reader, ">");
}

static void read_dyn(struct reader *reader)
{
	put(reader, "dyn ");
	read_tagged(reader, 'G');
	for (bool first = true; !take(reader, 'E') && !is_over(reader); first = false) {
		if (!first)
			put(reader, " + ");
		read_trait(reader);
	}
	if (!take(reader, 'L'))
		reader->failed = true;
	else
		read_base62(reader);
}

static void read_tuple(struct reader *reader)
{
	size_t count = 0;

	put(reader, "(");
	for (; !take(reader, 'E') && !is_over(reader); count++) {
		if (count)
			put(reader, ", ");
		read_type(reader);
	}
	put(reader, count == 1 ? ",)" : ")");
}

static void read_sequence(struct reader *reader, bool has_length)
{
	put(reader, "[");
	read_type(reader);
	if (has_length) {
		put(reader, "; ");
		read_const(reader);
	}
	put(reader, "]");
}

static void read_pointer(struct reader *reader, const char *sign)
{
	put(reader, sign);
	read_tagged(reader, 'L');
	read_type(reader);
}

static void read_type(struct reader *reader)
{
	char tag = step_in(reader) ? take_any(reader) : '\0';

	switch (tag) {
	case 'A':
	case 'S':
		read_sequence(reader, tag == 'A');
		break;
	case 'T':
		read_tuple(reader);
		break;
	case 'R':
		read_pointer(reader, "&");
		break;
	case 'Q':
		read_pointer(reader, "&mut ");
		break;
	case 'P':
		read_pointer(reader, "*const ");
		break;
	case 'O':
		read_pointer(reader, "*mut ");
		break;
	case 'F':
		read_function(reader);
		break;
	case 'D':
		read_dyn(reader);
		break;
	case 'B':
		read_again(reader, read_type);
		break;
	default:
		if (basic_type(tag)) {
			put(reader, basic_type(tag));
		} else if (!is_over(reader)) {
			reader->at--;
			read_path(reader, false);
		}
	}
	reader->depth--;
}

/* Hexadecimal up to "_"; of more than 64 bits the lower ones, and *ret_wide. */
static uint64_t read_hex(struct reader *reader, bool *ret_wide)
{
	uint64_t value = 0;

	*ret_wide = false;
	while (!take(reader, '_') && !is_over(reader)) {
		int digit = digit_value(take_any(reader));

		if (digit < 0 || digit > 15)
			reader->failed = true;
		*ret_wide |= value >> 60 != 0;
		value = value << 4 | (uint64_t)(digit & 15);
	}
	return value;
}

static void read_value(struct reader *reader, char type)
{
	bool wide, negative = take(reader, 'n');
	unsigned long long value = read_hex(reader, &wide);

	if (wide)
		put(reader, "_"); /* 128 bits */
	else if (type == 'b')
		put(reader, value ? "true" : "false");
	else if (type == 'c')
		put_number(reader, value > ' ' && value < 0x7f ? "'%c'" : "'\\u{%x}'",
			   (unsigned int)value);
	else
		put_number(reader, negative ? "-%llu" : "%llu", value);
}

/* Numbers, truth values and letters; other constants are no more than experiments of rustc. */
static void read_const(struct reader *reader)
{
	char tag = step_in(reader) ? take_any(reader) : '\0';

	if (tag == 'p')
		put(reader, "_");
	else if (tag == 'B')
		read_again(reader, read_const);
	else if (tag && strchr("abchijlmnostxy", tag))
		read_value(reader, tag);
	else
		reader->failed = true;
	reader->depth--;
}

bool rust_name(const char *mangled, char *ret, size_t size)
{
	if (strncmp(mangled, "_R", 2) || !size)
		return false;

	const char *start = mangled + 2;
	struct reader reader = {
		.start = start,
		.at = start,
		.end = start + strcspn(start, ".$"), /* behind it, what LLVM added */
		.out = ret,
		.size = size,
	};

	read_path(&reader, true);
	reader.silent = true;
	if (!is_over(&reader) && reader.at < reader.end)
		read_path(&reader, false); /* the crate that made an instance of it */
	/* nothing is printed after a failure, so what is full was right so far */
	if (!reader.full && (reader.failed || reader.at != reader.end))
		return false;
	ret[reader.used] = '\0';
	return reader.used > 0;
}
