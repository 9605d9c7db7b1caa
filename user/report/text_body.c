/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/text_body.h"

#include <stdbool.h>
#include <string.h>

#include "core/deadlock.h"
#include "core/kind.h"
#include "report/fold.h"
#include "report/format.h"
#include "report/label.h"
#include "report/place.h"
#include "report/printable.h"
#include "report/text_coroutines.h"
#include "report/text_evidence.h"
#include "report/text_stack.h"

#define CAUSES_SHOWN  8
#define VICTIMS_SHOWN 5

static size_t causes_shown(const struct deadlock *deadlock)
{
	return deadlock->cause_count < CAUSES_SHOWN ? deadlock->cause_count : CAUSES_SHOWN;
}

/* "for account_lock, semaphore 0x7f48d49ea000 (inode 6)" */
static void write_object(FILE *out, const struct cause *cause)
{
	struct printable name = printable(cause->name, sizeof(cause->name), PRINTABLE_TEXT);
	struct printable object = printable(cause->object, sizeof(cause->object), PRINTABLE_TEXT);
	char text[2 * sizeof(struct printable) + 2];

	snprintf(text, sizeof(text), "%s%s%s", name.text, *name.text ? ", " : "", object.text);
	fputs("    for ", out);
	fold(out, text, 8, 8);
}

static void write_since(FILE *out, const struct party *party)
{
	if (!*party->since)
		return;
	fputs("      since ", out);
	fold(out, printable(party->since, sizeof(party->since), PRINTABLE_TEXT).text, 12, 8);
}

static void write_cause(FILE *out, const struct cause *cause, uint64_t now_ns)
{
	const char *call = call_name(cause->task.call), *kind = wait_kind_name[cause->kind];
	struct place place = place_of_cause(cause, 0);

	fputs("\n  ", out);
	label_task(out, &cause->task);
	if (*place.text)
		fprintf(out, " in %s\n   ", place.text);
	fprintf(out, " has waited %s in %s", format_duration(elapsed(cause->since_ns, now_ns)).text,
		call);
	if (strcmp(call, kind))
		fprintf(out, " (%s)", kind);
	fputc('\n', out);
	write_object(out, cause);
	for (size_t i = 0; i < cause->waits_for_count; i++) {
		const struct party *party = &cause->waits_for[i];

		fprintf(out, "    %s ", label_cause(party->relation));
		label_party_of(out, party, &cause->task);
		fprintf(out, "%s\n", label_state(party->state));
		write_since(out, party);
	}
	text_coroutines(out, &cause->coroutines);
}

void text_causes(FILE *out, const struct deadlock *deadlock)
{
	size_t shown = causes_shown(deadlock);

	for (size_t i = 0; i < shown; i++)
		write_cause(out, &deadlock->causes[i], deadlock->found_ns);
	if (deadlock->cause_count > shown)
		fprintf(out, "\n  and %zu more like them (all are in --json)\n",
			deadlock->cause_count - shown);
}

static bool frame_is_same(const struct stack_frame *a, const struct stack_frame *b)
{
	return a->pc == b->pc && a->line == b->line && !strcmp(a->function, b->function) &&
	       !strcmp(a->file, b->file);
}

static bool stack_is_same(const struct cause *a, const struct cause *b)
{
	if (!a->stack_count || a->coroutines.count || a->stack_count != b->stack_count ||
	    a->stack_missing != b->stack_missing)
		return false;
	for (size_t i = 0; i < a->stack_count; i++)
		if (!frame_is_same(&a->stack[i], &b->stack[i]))
			return false;
	return true;
}

/* Of many that wait at the same place, the stack is told once. */
static const struct cause *same_before(const struct deadlock *deadlock, size_t c)
{
	for (size_t i = 0; i < c; i++)
		if (stack_is_same(&deadlock->causes[i], &deadlock->causes[c]))
			return &deadlock->causes[i];
	return NULL;
}

static void write_stack(FILE *out, const struct cause *cause, const struct cause *same)
{
	if (!cause->stack_count && !cause->stack_missing)
		return;
	fputs("  ", out);
	label_task(out, &cause->task);
	if (same) {
		fputs(" at the same as ", out);
		label_task_of(out, &same->task, cause->task.pid);
		fputc('\n', out);
		return;
	}
	fputs(" at\n", out);
	text_stack(out, cause->stack, cause->stack_count, cause->stack_missing);
	text_coroutine_stacks(out, &cause->coroutines);
}

void text_stacks(FILE *out, const struct deadlock *deadlock)
{
	for (size_t i = 0; i < causes_shown(deadlock); i++)
		write_stack(out, &deadlock->causes[i], same_before(deadlock, i));
}

static bool evidence_is_same(const struct evidence *a, const struct evidence *b)
{
	return a->source == b->source && a->length == b->length && a->pid == b->pid &&
	       a->address == b->address && a->kernel == b->kernel && a->found == b->found &&
	       a->meaning == b->meaning && !memcmp(a->bytes, b->bytes, sizeof(a->bytes)) &&
	       !strcmp(a->what, b->what) && !strcmp(a->value, b->value);
}

static bool list_tells(const struct evidence_list *list, const struct evidence *evidence)
{
	for (size_t i = 0; i < list->count; i++)
		if (evidence_is_same(&list->items[i], evidence))
			return true;
	return false;
}

/* Every edge of a wait repeats what is known of the wait ... */
static bool told_of_cause(const struct cause *cause, size_t edge, const struct evidence *evidence)
{
	for (size_t i = 0; i < edge; i++)
		if (list_tells(&cause->waits_for[i].evidence, evidence))
			return true;
	return false;
}

/* ... and every wait for one object what is known of the object. */
static bool told_before(const struct deadlock *deadlock, size_t c, const struct evidence *evidence)
{
	for (size_t i = 0; i < c; i++)
		if (told_of_cause(&deadlock->causes[i], deadlock->causes[i].waits_for_count,
				  evidence))
			return true;
	return false;
}

static void write_proof(FILE *out, const struct deadlock *deadlock, size_t c)
{
	const struct cause *cause = &deadlock->causes[c];
	size_t repeated = 0;

	fputs("    of ", out);
	label_task(out, &cause->task);
	fputc('\n', out);
	for (size_t i = 0; i < cause->waits_for_count; i++) {
		const struct evidence_list *list = &cause->waits_for[i].evidence;

		for (size_t j = 0; j < list->count; j++) {
			if (told_of_cause(cause, i, &list->items[j]))
				continue;
			if (told_before(deadlock, c, &list->items[j]))
				repeated++;
			else
				text_evidence(out, &list->items[j]);
		}
	}
	if (repeated)
		fprintf(out, "      - and %zu of the facts above\n", repeated);
}

void text_proof(FILE *out, const struct deadlock *deadlock)
{
	for (size_t c = 0; c < causes_shown(deadlock); c++)
		write_proof(out, deadlock, c);
}

void text_victims(FILE *out, const struct deadlock *deadlock)
{
	size_t shown = deadlock->victims_listed;

	if (deadlock->victim_count == 0)
		return;
	if (shown > VICTIMS_SHOWN)
		shown = VICTIMS_SHOWN;
	fprintf(out, "\n  stuck behind them: %zu\n", deadlock->victim_count);
	for (size_t i = 0; i < shown; i++) {
		const struct victim *victim = &deadlock->victims[i];

		fputs("    ", out);
		label_task(out, &victim->task);
		fprintf(out, " waits for %s", label_relation(victim->waits_for.relation));
		label_party_of(out, &victim->waits_for, &victim->task);
		fputc('\n', out);
	}
	if (deadlock->victim_count > shown)
		fprintf(out, "    and %zu more\n", deadlock->victim_count - shown);
}
