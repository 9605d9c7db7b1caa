/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two direct-mapped tables: a new entry replaces whatever was in its place. No
 * allocation per event, no growth, and the recent survives.
 */
#include "core/history.h"

#include <stdlib.h>
#include <string.h>

#include "core/graph.h"

#define DEAD_SLOTS   8192 /* powers of two */
#define HOLDER_SLOTS 4096

struct holder {
	uint64_t object;
	struct person person;
};

struct history {
	struct person dead[DEAD_SLOTS];
	struct holder holders[HOLDER_SLOTS];
};

struct history *history_new(void)
{
	return calloc(1, sizeof(struct history));
}

void history_free(struct history *history)
{
	free(history);
}

static struct person *dead_slot(const struct history *history, uint32_t tid)
{
	return (struct person *)&history->dead[mix64(0, tid) & (DEAD_SLOTS - 1)];
}

struct person person_of_task(const struct look_task *task)
{
	struct person person = {
		.start_ns = task->start_ns,
		.pid = task->pid,
		.tid = task->tid,
		.dead = task->flags & TASK_DEAD,
	};

	person.exit_known = person.dead;
	person.exit_code = person.dead ? task->exit_code : 0;
	memcpy(person.name, task->name, sizeof(person.name));
	return person;
}

void history_exit(struct history *history, const struct event *event)
{
	struct person *person = dead_slot(history, event->tid);

	*person = (struct person){
		.start_ns = event->start_ns,
		.pid = event->pid,
		.tid = event->tid,
		.exit_code = event->exit_code,
		.dead = true,
		.exit_known = true,
	};
	memcpy(person->name, event->name, sizeof(person->name));
}

void history_holder(struct history *history, uint64_t object, const struct look_task *holder)
{
	struct holder *slot = &history->holders[mix64(1, object) & (HOLDER_SLOTS - 1)];

	slot->object = object;
	slot->person = person_of_task(holder);
}

bool history_dead(const struct history *history, uint32_t tid, struct person *ret)
{
	const struct person *person = dead_slot(history, tid);

	if (!person->dead || person->tid != tid)
		return false;
	*ret = *person;
	return true;
}

/* A zombie still tells its exit code; somebody who is gone may have been seen to go. */
static void person_find(const struct history *history, const struct look *look,
			struct person *person)
{
	uint32_t task = look_find(look, person->tid);
	struct person dead;

	if (task != NO_TASK && look->tasks[task].start_ns == person->start_ns) {
		*person = person_of_task(&look->tasks[task]);
		return;
	}
	person->dead = true;
	if (history_dead(history, person->tid, &dead) && dead.start_ns == person->start_ns)
		*person = dead;
}

bool history_last_holder(const struct history *history, const struct look *look, uint64_t object,
			 struct person *ret)
{
	const struct holder *slot = &history->holders[mix64(1, object) & (HOLDER_SLOTS - 1)];

	if (!object || slot->object != object)
		return false;
	*ret = slot->person;
	person_find(history, look, ret);
	return true;
}
