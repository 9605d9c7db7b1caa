/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each edge is a clause, made of what its relation says before and after the
 * name of whom it leads to; each verdict joins them in its own way.
 */
#include "report/sentence.h"

#include <assert.h>
#include <string.h>

#include "core/deadlock.h"
#include "report/buffer.h"
#include "report/label.h"

#define RING_SPELT_OUT 4

/* What follows "waits for " (and "a lock", if it is held): around a name, or of the task itself. */
static const struct phrase {
	const char *before, *after, *itself;
} phrases[RELATION_COUNT] = {
	[RELATION_HOLDS] = { " that ", " holds", " that it holds itself" },
	[RELATION_JOINS] = { "", " to end", "itself to end" },
	[RELATION_CHILD] = { "its child ", " to end", "itself to end" },
	[RELATION_WRITER] = { "", " to ", "itself to " }, /* what, label_act() says */
	[RELATION_READER] = { "", " to ", "itself to " },
	[RELATION_PEER] = { "its peer ", "", "itself" },
	[RELATION_MAY_POST] = { "", " to post", "itself to post" },
	[RELATION_MAY_WAKE] = { "", " to wake it", "itself to wake it" },
	[RELATION_STOPPED_BY] = { "its tracer ", " to let it run", "itself to let it run" },
};

/* The same behind the name of what is held. */
static const struct phrase named_phrase = { " ", " holds", " it holds itself" };

static const struct party *party_missing(const struct deadlock *deadlock)
{
	const struct cause *cause = &deadlock->causes[0];

	for (size_t i = 0; i < cause->waits_for_count; i++) {
		if (cause->waits_for[i].state != PARTY_ALIVE)
			return &cause->waits_for[i];
	}
	return NULL;
}

/* The edge of a cause by which it waits for the next one of the ring, itself or through a group. */
static const struct party *party_next(const struct cause *cause, const struct look_task *next)
{
	const struct party *group = NULL;

	for (size_t i = 0; i < cause->waits_for_count; i++) {
		const struct party *party = &cause->waits_for[i];

		if (party->tid == next->tid || (party->is_process && party->pid == next->pid))
			return party;
		if (!group && *party->group)
			group = party;
	}
	return group;
}

static enum relation relation_next(const struct cause *cause, const struct look_task *next)
{
	const struct party *party = party_next(cause, next);

	return party ? party->relation : RELATION_MAY_WAKE;
}

/* "in app[12], " before what is told of its threads alone. The process, as the labels want it. */
static uint32_t write_process(FILE *out, const struct deadlock *deadlock)
{
	uint32_t pid = label_only_process(deadlock);

	if (pid) {
		fputs("in ", out);
		label_process(out, &deadlock->causes[0].task);
		fputs(", ", out);
	}
	return pid;
}

/* "A", "A and B", "A and 3 others". */
static void write_subjects(FILE *out, const struct deadlock *deadlock)
{
	uint32_t pid = write_process(out, deadlock);

	label_task_of(out, &deadlock->causes[0].task, pid);
	if (deadlock->cause_count == 2) {
		fputs(" and ", out);
		label_task_of(out, &deadlock->causes[1].task, pid);
	} else if (deadlock->cause_count > 2) {
		fprintf(out, " and %zu others", deadlock->cause_count - 1);
	}
	fputs(deadlock->cause_count == 1 ? " waits" : " wait", out);
}

/* "A waits for its child B to end" */
static void write_clause(FILE *out, const struct cause *cause, const struct look_task *next,
			 uint32_t pid)
{
	enum relation relation = relation_next(cause, next);
	const struct phrase *phrase = &phrases[relation];

	label_task_of(out, &cause->task, pid);
	fputs(" waits for ", out);
	if (relation == RELATION_HOLDS && *cause->name) {
		label_object(out, cause);
		fputs(", which", out);
		phrase = &named_phrase;
	} else if (relation == RELATION_HOLDS) {
		fprintf(out, "a %s", label_thing(cause->kind));
	}
	if (cause->task.tid == next->tid) {
		fputs(phrase->itself, out);
	} else {
		fputs(phrase->before, out);
		label_task_of(out, next, pid);
		fputs(phrase->after, out);
	}
	fputs(label_act(relation, cause->kind), out);
}

/* It waits for itself since nobody else has the other end of what is to wake it up. */
static void write_event_loop(FILE *out, const struct cause *cause)
{
	size_t count = cause->coroutines.count;

	label_task(out, &cause->task);
	if (count == 1)
		fputs(" runs an event loop whose only task waits for what only it could do", out);
	else
		fprintf(out, " runs an event loop whose %s%zu tasks wait for each other",
			cause->coroutines.partial ? "more than " : "", count);
}

static void write_self(FILE *out, const struct deadlock *deadlock)
{
	if (deadlock->causes[0].coroutines.count && deadlock->causes[0].kind != WAIT_PYTHON_LOCK &&
	    deadlock->causes[0].kind != WAIT_PYTHON_RLOCK) {
		write_event_loop(out, &deadlock->causes[0]);
		return;
	}
	write_clause(out, &deadlock->causes[0], &deadlock->causes[0].task, 0);
}

static void write_cycle(FILE *out, const struct deadlock *deadlock)
{
	const struct cause *ring = deadlock->causes;
	size_t count = deadlock->ring_count;

	assert(count >= 2 && count <= deadlock->cause_count);

	uint32_t pid = write_process(out, deadlock);

	if (count > RING_SPELT_OUT) {
		fprintf(out, "%zu %s wait for each other in a ring, among them ", count,
			pid ? "threads" : "tasks");
		label_task_of(out, &ring[0].task, pid);
		fputs(" and ", out);
		label_task_of(out, &ring[1].task, pid);
		return;
	}
	if (count == 2 && !(*ring[0].name && *ring[1].name) &&
	    relation_next(&ring[0], &ring[1].task) == RELATION_HOLDS &&
	    relation_next(&ring[1], &ring[0].task) == RELATION_HOLDS) {
		label_task_of(out, &ring[0].task, pid);
		fputs(" and ", out);
		label_task_of(out, &ring[1].task, pid);
		fputs(" each wait for a lock that the other holds", out);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			fputs(i + 1 < count ? ", " : ", and ", out);
		write_clause(out, &ring[i], &ring[(i + 1) % count].task, pid);
	}
}

static void write_dead_owner(FILE *out, const struct deadlock *deadlock)
{
	const struct party *missing = party_missing(deadlock);
	enum relation relation = missing ? missing->relation : RELATION_HOLDS;

	write_subjects(out, deadlock);
	if (missing && missing->state == PARTY_LEFT_BEHIND) {
		fprintf(out, " for a %s that fork() copied while another thread held it",
			label_thing(deadlock->causes[0].kind));
		return;
	}
	if (relation == RELATION_HOLDS)
		fprintf(out, " for a %s whose holder", label_thing(deadlock->causes[0].kind));
	else
		fputs(" for a task that can no longer act:", out);

	struct party dead = { .pid = deadlock->dead.pid, .tid = deadlock->dead.tid };

	memcpy(dead.name, deadlock->dead.name, sizeof(dead.name));
	const struct party *named = dead.tid ? &dead : missing;
	if (named && (named->pid || named->tid)) {
		fputc(' ', out);
		label_party(out, named);
	}
	fputc(' ', out);
	label_end(out, deadlock);
}

static void write_no_waker(FILE *out, const struct deadlock *deadlock)
{
	write_subjects(out, deadlock);
	fputs(deadlock->cause_count == 1 ? " for an event that nobody is left to cause"
					 : " for events that only they themselves could cause",
	      out);
}

char *sentence_new(const struct deadlock *deadlock)
{
	static void (*const write_verdict[VERDICTS])(FILE *, const struct deadlock *) = {
		[VERDICT_SELF] = write_self,
		[VERDICT_CYCLE] = write_cycle,
		[VERDICT_DEAD_OWNER] = write_dead_owner,
		[VERDICT_NO_WAKER] = write_no_waker,
	};
	struct buffer buffer;

	if (buffer_open(&buffer))
		return NULL;
	write_verdict[deadlock->verdict](buffer.stream, deadlock);
	buffer_close(&buffer);
	return buffer.text;
}
