/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Advice comes from the core as templates, from the most telling to the one
 * without names; the first of which all names are known is filled in.
 */
#include "report/advice_line.h"

#include <stdbool.h>
#include <string.h>

#include "core/advice.h"
#include "core/cleanup.h"
#include "core/deadlock.h"
#include "report/buffer.h"
#include "report/format.h"
#include "report/label.h"
#include "report/place.h"

#define WORD_MOST 16

static bool waits_for_event(const struct cause *cause)
{
	return cause->waits_for_count && !relation_is_strong(cause->waits_for[0].relation);
}

/* Of many that nobody is left to wake, those that merely join the others are not to be mended. */
static const struct cause *cause_first(const struct deadlock *deadlock)
{
	if (deadlock->verdict == VERDICT_NO_WAKER)
		for (size_t i = 0; i < deadlock->cause_count; i++)
			if (waits_for_event(&deadlock->causes[i]))
				return &deadlock->causes[i];
	return &deadlock->causes[0];
}

static const struct cause *cause_next(const struct deadlock *deadlock)
{
	return deadlock->cause_count > 1 ? &deadlock->causes[1] : NULL;
}

/* Each writes a name, or nothing if it is not known. */
static void write_task(FILE *out, const struct deadlock *deadlock)
{
	label_task(out, &cause_first(deadlock)->task);
}

static void write_next(FILE *out, const struct deadlock *deadlock)
{
	const struct cause *next = cause_next(deadlock);

	if (next)
		label_task_of(out, &next->task, label_only_process(deadlock));
}

static void write_object(FILE *out, const struct deadlock *deadlock)
{
	label_object(out, cause_first(deadlock));
}

/* Two objects that look alike are not told apart by their names. */
static void write_other(FILE *out, const struct deadlock *deadlock)
{
	const struct cause *first = cause_first(deadlock), *next = cause_next(deadlock);

	if (!next)
		return;
	if (*next->name || *first->name ? strcmp(next->name, first->name)
					: strcmp(next->object, first->object))
		label_object(out, next);
}

static void write_place(FILE *out, const struct deadlock *deadlock)
{
	fputs(place_of_cause(cause_first(deadlock), 0).text, out);
}

static void write_caller(FILE *out, const struct deadlock *deadlock)
{
	fputs(place_of_cause(cause_first(deadlock), 1).text, out);
}

static void write_there(FILE *out, const struct deadlock *deadlock)
{
	const struct cause *next = cause_next(deadlock);

	if (next)
		fputs(place_of_cause(next, 0).text, out);
}

static void write_dead(FILE *out, const struct deadlock *deadlock)
{
	struct party dead = { .pid = deadlock->dead.pid, .tid = deadlock->dead.tid };

	memcpy(dead.name, deadlock->dead.name, sizeof(dead.name));
	if (dead.pid && *dead.name)
		label_party(out, &dead);
}

/* "was killed by signal 9 (KILL) 12.4 s ago" */
static void write_end(FILE *out, const struct deadlock *deadlock)
{
	label_end(out, deadlock);
	if (deadlock->dead.ended_ns && deadlock->dead.ended_ns < deadlock->found_ns)
		fprintf(out, " %s ago",
			format_duration(deadlock->found_ns - deadlock->dead.ended_ns).text);
}

static const struct {
	const char *word;
	void (*write)(FILE *out, const struct deadlock *deadlock);
} names[] = {
	{ "task", write_task },	    { "next", write_next },   { "object", write_object },
	{ "other", write_other },   { "place", write_place }, { "there", write_there },
	{ "caller", write_caller }, { "dead", write_dead },   { "end", write_end },
};

/* False if the name is not known. */
static bool write_name(FILE *out, const char *word, size_t length, const struct deadlock *deadlock)
{
	long before = ftell(out);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i].word) == length && !memcmp(names[i].word, word, length))
			names[i].write(out, deadlock);
	return ftell(out) > before;
}

/* The template with its names; malloc'ed. NULL if there was no memory, or *ret_unknown: a name is
 * not known. */
static char *template_fill(const char *template, const struct deadlock *deadlock, bool *ret_unknown)
{
	struct buffer buffer;

	*ret_unknown = false;
	if (buffer_open(&buffer))
		return NULL;
	while (*template && !*ret_unknown) {
		size_t length = strcspn(template, "{");

		fwrite(template, 1, length, buffer.stream);
		template += length;
		if (!*template)
			break;
		length = strcspn(++template, "}");
		*ret_unknown = !write_name(buffer.stream, template, length, deadlock);
		template += length + 1;
	}
	buffer_close(&buffer);
	if (*ret_unknown) {
		free(buffer.text);
		return NULL;
	}
	return buffer.text;
}

char *advice_line_new(const struct deadlock *deadlock)
{
	const char *const *template = advice_for(deadlock);
	char *line = NULL;
	bool unknown;

	do
		line = template_fill(*template, deadlock, &unknown);
	while (unknown && *++template);
	return line;
}

/* So that its end would leave nobody stuck. */
static bool is_one_process(const struct deadlock *deadlock)
{
	if (deadlock->cause_count + deadlock->victim_count < 2 ||
	    deadlock->victim_count > deadlock->victims_listed)
		return false;

	uint32_t pid = deadlock->causes[0].task.pid;

	for (size_t i = 0; i < deadlock->cause_count; i++)
		if (deadlock->causes[i].task.pid != pid)
			return false;
	for (size_t i = 0; i < deadlock->victims_listed; i++)
		if (deadlock->victims[i].task.pid != pid)
			return false;
	return true;
}

char *release_line_new(const struct deadlock *deadlock)
{
	const struct release *release = &deadlock->release;
	struct party party = { .pid = release->pid, .tid = release->pid };
	struct buffer buffer;

	if (buffer_open(&buffer))
		return NULL;
	memcpy(party.name, release->name, sizeof(party.name));
	if (release->tasks) {
		fputs("ending ", buffer.stream);
		label_party(buffer.stream, &party);
		fprintf(buffer.stream, " would let %u other task%s go on", release->tasks,
			release->tasks == 1 ? "" : "s");
	} else if (release->known && is_one_process(deadlock)) {
		fputs("all that is stuck is in ", buffer.stream);
		label_process(buffer.stream, &deadlock->causes[0].task);
		fputs(", which has to be started anew", buffer.stream);
	} else if (release->known && deadlock->cause_count + deadlock->victim_count > 1) {
		fputs("no single process's end would let another task go on", buffer.stream);
	}
	buffer_close(&buffer);
	return buffer.text;
}
