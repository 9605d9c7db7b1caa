/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing the lines of a recording: a verb, and fields by the verb's table.
 */
#include "core/record.h"

#include <errno.h>
#include <string.h>

#include "core/record_table.h"
#include "core/record_value.h"
#include "core/record_words.h"

/* A field that is what it would be if it were absent says nothing. */
static bool field_is_silent(const struct record_field *field, const void *record)
{
	const char *bytes = (const char *)record + field->offset;

	if (field->always)
		return false;
	if (field->format == FORMAT_REST || field->format == FORMAT_TEXT)
		return !((const struct record_answer *)record)->length;
	if (field->absent == ABSENT_SAME)
		return !memcmp(bytes, (const char *)record + field->same_as, field->size);
	for (size_t i = 0; i < (size_t)field->size * field->count; i++)
		if (bytes[i] != (field->absent == ABSENT_NONE ? -1 : 0))
			return false;
	return true;
}

static void format_fields(const struct record_table *table, const void *record,
			  struct ordinals *ids, struct record_text *text)
{
	for (uint32_t i = 0; i < table->field_count; i++) {
		const struct record_field *field = &table->fields[i];

		if (field_is_silent(field, record))
			continue;
		record_put(text, " %s=", field->name);
		record_value_format(field, record, ids, text);
	}
}

static int text_finish(struct record_text *text)
{
	record_put(text, "\n");
	return text->error ? text->error : (int)text->length;
}

static int format_record(enum record_type type, const struct record_table *table,
			 const void *record, struct ordinals *ids, char *ret, size_t size)
{
	struct record_text text = { .bytes = ret, .size = size };

	record_put(&text, "%s", record_verb[type]);
	format_fields(table, record, ids, &text);
	return text_finish(&text);
}

int record_format_header(char *ret, size_t size)
{
	struct record_text text = { .bytes = ret, .size = size };

	record_put(&text, "%s %s arch=%s", record_verb[RECORD_HEADER], RECORD_VERSION, record_arch);
	return text_finish(&text);
}

int record_format_look(const struct look *look, char *ret, size_t size)
{
	return format_record(RECORD_LOOK, &look_table, look, NULL, ret, size);
}

int record_format_task(const struct look_task *task, struct ordinals *ids, char *ret, size_t size)
{
	return format_record(RECORD_TASK, &task_table, task, ids, ret, size);
}

int record_format_event(const struct event *event, char *ret, size_t size)
{
	return format_record(RECORD_EVENT, &event_table, event, NULL, ret, size);
}

bool record_has_items(enum question_type type)
{
	return item_table[type].fields;
}

int record_format_answer(const struct question *question, const struct answer *answer, char *ret,
			 size_t size)
{
	struct record_text text = { .bytes = ret, .size = size };
	struct record_answer record;

	record.question = *question;
	record.error = answer->error;
	record.partial = answer->partial;
	record.length = 0;
	if (!record_has_items(question->type) && !answer->error) {
		if (answer->count > sizeof(record.bytes))
			return -ENOSPC;
		record.length = answer->count;
		if (answer->count)
			memcpy(record.bytes, answer->items, answer->count);
	}
	record_put(&text, "answer %s", question_name[question->type]);
	format_fields(&answer_table[question->type], &record, NULL, &text);
	return text_finish(&text);
}

int record_format_item(enum question_type type, const void *item, struct ordinals *ids, char *ret,
		       size_t size)
{
	return format_record(RECORD_ITEM, &item_table[type], item, ids, ret, size);
}
