/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the lines of a recording. Strict: whatever is not understood ends it,
 * and the message says where and why.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/record.h"
#include "core/record_table.h"
#include "core/record_value.h"
#include "core/record_words.h"

/* An id that no ordinal is: the process's own. */
#define OWN_ID(pid) (1ull << 32 | (pid))

/* Words of the line that was not read yet. */
struct cursor {
	const char *at, *end;
};

struct span {
	const char *bytes;
	size_t length;
};

__attribute__((format(printf, 2, 3))) static int fail(struct record_parser *parser,
						      const char *format, ...)
{
	int used = snprintf(parser->why, sizeof(parser->why), "line %lu: ", parser->line);
	va_list args;

	va_start(args, format);
	vsnprintf(parser->why + used, sizeof(parser->why) - (size_t)used, format, args);
	va_end(args);
	/* What is quoted comes from the file. */
	for (char *c = parser->why; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return -EINVAL;
}

/* What of a word goes into a message. */
#define QUOTED(span) (int)((span).length < 40 ? (span).length : 40), (span).bytes

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* False at the end of the line, which a comment is too. */
static bool word_next(struct cursor *cursor, struct span *ret)
{
	const char *at = cursor->at;

	while (at < cursor->end && is_blank(*at))
		at++;
	if (at == cursor->end || *at == '#')
		return false;
	ret->bytes = at;
	while (at < cursor->end && !is_blank(*at))
		at++;
	ret->length = (size_t)(at - ret->bytes);
	cursor->at = at;
	return true;
}

static bool span_is(struct span span, const char *word)
{
	return strlen(word) == span.length && !memcmp(word, span.bytes, span.length);
}

/* Index of the field, or field_count. Fields mostly come in the order of the table. */
static uint32_t field_find(const struct record_table *table, struct span name, uint32_t hint)
{
	for (uint32_t n = 0; n < table->field_count; n++) {
		uint32_t i =
			hint + n < table->field_count ? hint + n : hint + n - table->field_count;
		const struct record_field *field = &table->fields[i];

		if (field->name_length == name.length &&
		    !memcmp(field->name, name.bytes, name.length))
			return i;
	}
	return table->field_count;
}

static uint64_t task_own_id(const struct look_task *task)
{
	return task->flags & (TASK_DEAD | TASK_KTHREAD) ? 0 : OWN_ID(task->pid);
}

static void field_set_absent(const struct record_field *field, void *record)
{
	const struct record_answer *answer = record;
	uint64_t value;

	switch (field->absent) {
	case ABSENT_SAME:
		value = record_load(record, field->same_as, field->size);
		break;
	case ABSENT_NONE:
		value = UINT64_MAX;
		break;
	case ABSENT_OWN:
		value = task_own_id(record);
		break;
	case ABSENT_COUNT:
		value = RECORD_COUNT_UNKNOWN;
		break;
	case ABSENT_LENGTH:
		value = answer->length;
		break;
	default:
		return;
	}
	record_store(record, field->offset, field->size, value);
}

/* Fields up to the end of the line, into record. */
static int parse_fields(struct record_parser *parser, const struct record_table *table,
			struct cursor *cursor, void *record)
{
	uint64_t seen = 0;
	uint32_t next = 0;

	memset(record, 0, table->size);
	for (struct span word; word_next(cursor, &word);) {
		const char *equals = memchr(word.bytes, '=', word.length);
		struct span name = { word.bytes,
				     equals ? (size_t)(equals - word.bytes) : word.length };
		uint32_t i = field_find(table, name, next);

		if (i == table->field_count)
			return fail(parser, "unknown field '%.*s'", QUOTED(name));
		if (!equals)
			return fail(parser, "field '%.*s' has no value", QUOTED(name));
		if (seen >> i & 1)
			return fail(parser, "field '%.*s' is there twice", QUOTED(name));

		const char *wrong = record_value_parse(&table->fields[i], equals + 1,
						       word.length - name.length - 1, record);

		if (wrong)
			return fail(parser, "field '%.*s' %s", QUOTED(name), wrong);
		seen |= 1ull << i;
		next = i + 1;
	}
	for (uint32_t i = 0; i < table->field_count; i++)
		if (table->fields[i].absent != ABSENT_ZERO && !(seen >> i & 1))
			field_set_absent(&table->fields[i], record);
	return 0;
}

static int parse_header(struct record_parser *parser, struct cursor *cursor)
{
	struct span version, arch;

	if (parser->started)
		return fail(parser, "a recording begins only once");
	if (!word_next(cursor, &version) || !span_is(version, RECORD_VERSION))
		return fail(parser,
			    "this version of dltrace reads recordings of version " RECORD_VERSION);
	while (word_next(cursor, &arch)) {
		const size_t prefix = strlen("arch=");

		if (arch.length < prefix || memcmp(arch.bytes, "arch=", prefix))
			return fail(parser, "unknown field '%.*s'", QUOTED(arch));
		arch.bytes += prefix;
		arch.length -= prefix;
		if (!span_is(arch, record_arch))
			return fail(parser, "made on '%.*s', this dltrace is for %s", QUOTED(arch),
				    record_arch);
	}
	parser->started = true;
	return 0;
}

static int parse_task(struct record_parser *parser, struct cursor *cursor, struct look_task *ret)
{
	int err = parse_fields(parser, &task_table, cursor, ret);

	if (!err && !ret->tid)
		return fail(parser, "a task needs a tid");
	return err;
}

static int parse_event(struct record_parser *parser, struct cursor *cursor, struct event *ret)
{
	int err = parse_fields(parser, &event_table, cursor, ret);

	if (!err && !ret->type)
		return fail(parser, "an event needs a type");
	return err;
}

static int parse_answer(struct record_parser *parser, struct cursor *cursor,
			struct record_answer *ret)
{
	struct span name;
	uint32_t type = 0;

	parser->takes_items = false;
	if (!word_next(cursor, &name))
		return fail(parser, "an answer needs its question");
	while (type < QUESTION_TYPES && !span_is(name, question_name[type]))
		type++;
	if (type == QUESTION_TYPES)
		return fail(parser, "unknown question '%.*s'", QUOTED(name));

	int err = parse_fields(parser, &answer_table[type], cursor, ret);

	if (err)
		return err;
	if (ret->error > 0)
		return fail(parser, "an error is a name, or a negative number");
	if (type == ASK_MEMORY && ret->question.b > MEMORY_ANSWER_MAX)
		return fail(parser, "at most %d bytes are asked for at a time", MEMORY_ANSWER_MAX);
	if (type == ASK_MEMORY && !ret->error && ret->question.b != ret->length)
		return fail(parser, "length is %u, but there are %u bytes",
			    (unsigned int)ret->question.b, ret->length);
	if (type != ASK_MEMORY && !record_has_items(type) && !ret->error && !ret->length)
		return fail(parser, "this answer needs a text, or an error");
	if (ret->error && ret->length)
		return fail(parser, "an answer is an error or something, not both");
	ret->question.type = type;
	parser->item_type = type;
	parser->takes_items = record_has_items(type) && !ret->error;
	return 0;
}

static int parse_item(struct record_parser *parser, struct cursor *cursor, void *ret)
{
	if (!parser->takes_items)
		return fail(parser, "an item without an answer that takes items");
	return parse_fields(parser, &item_table[parser->item_type], cursor, ret);
}

static int parse_verb(struct record_parser *parser, struct cursor *cursor, struct record *ret)
{
	switch (ret->type) {
	case RECORD_HEADER:
		return parse_header(parser, cursor);
	case RECORD_LOOK:
		return parse_fields(parser, &look_table, cursor, &ret->look);
	case RECORD_TASK:
		return parse_task(parser, cursor, &ret->task);
	case RECORD_EVENT:
		return parse_event(parser, cursor, &ret->event);
	case RECORD_ANSWER:
		return parse_answer(parser, cursor, &ret->answer);
	default:
		return parse_item(parser, cursor, &ret->file);
	}
}

int record_parse(struct record_parser *parser, const char *line, size_t length, struct record *ret)
{
	struct cursor cursor = { line, line + length };
	struct span verb;
	enum record_type type = RECORD_HEADER;

	parser->line++;
	ret->type = RECORD_NONE;
	if (!word_next(&cursor, &verb))
		return 0;
	while (type < RECORD_TYPES && !span_is(verb, record_verb[type]))
		type++;
	if (!parser->started && type != RECORD_HEADER)
		return fail(parser, "not a recording: it must begin with '%s %s'",
			    record_verb[RECORD_HEADER], RECORD_VERSION);
	if (type == RECORD_TYPES)
		return fail(parser, "unknown verb '%.*s'", QUOTED(verb));
	if (type != RECORD_ANSWER && type != RECORD_ITEM)
		parser->takes_items = false;
	ret->type = type;
	return parse_verb(parser, &cursor, ret);
}
