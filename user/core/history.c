/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Direct-mapped tables: a new entry replaces whatever was in its place. No
 * allocation per event, no growth, and the recent survives.
 */
#include "core/history.h"

#include <stdlib.h>
#include <string.h>

#include "core/graph.h"

#define DEAD_SLOTS   8192 /* powers of two */
#define HOLDER_SLOTS 4096
#define SEM_SLOTS    4096

struct holder {
	uint64_t object;
	struct person person;
};

/* How a semaphore has been used since it was first taken under our eyes. */
struct sem_use {
	uint64_t address;
	uint32_t pid; /* 0: free */
	bool taken;   /* by the person */
	bool signals; /* given by others than its taker, or taken twice: no lock */
	struct person taker;
};

/* Who held something at which look: a task that ends is found by its tid. */
struct holding {
	uint64_t start_ns;
	uint32_t tid;
	uint32_t look;
};

struct history {
	uint32_t look;
	struct person dead[DEAD_SLOTS];
	struct holder holders[HOLDER_SLOTS];
	struct holding holding[HOLDER_SLOTS];
	struct sem_use sems[SEM_SLOTS];
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

static struct holding *holding_slot(const struct history *history, uint32_t tid)
{
	return (struct holding *)&history->holding[mix64(3, tid) & (HOLDER_SLOTS - 1)];
}

void history_new_look(struct history *history)
{
	history->look++;
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

bool history_exit(struct history *history, const struct event *event)
{
	const struct holding *held = holding_slot(history, event->tid);
	struct person *person = dead_slot(history, event->tid);

	*person = (struct person){
		.start_ns = event->start_ns,
		.born_ns = event->object,
		.ended_ns = event->time_ns,
		.pid = event->pid,
		.tid = event->tid,
		.exit_code = event->exit_code,
		.dead = true,
		.exit_known = true,
	};
	memcpy(person->name, event->name, sizeof(person->name));
	return held->tid == event->tid && held->start_ns == event->start_ns &&
	       held->look == history->look;
}

void history_holder(struct history *history, uint64_t object, const struct look_task *holder)
{
	*holding_slot(history, holder->tid) = (struct holding){ .start_ns = holder->start_ns,
								.tid = holder->tid,
								.look = history->look };

	struct holder *slot = &history->holders[mix64(1, object) & (HOLDER_SLOTS - 1)];

	slot->object = object;
	slot->person = person_of_task(holder);
}

void history_forget_dead(struct history *history)
{
	memset(history->dead, 0, sizeof(history->dead));
}

bool history_dead(const struct history *history, uint32_t tid, struct person *ret)
{
	const struct person *person = dead_slot(history, tid);

	if (!person->dead || person->tid != tid)
		return false;
	*ret = *person;
	return true;
}

struct person history_person(const struct history *history, const struct look_task *task)
{
	struct person person = person_of_task(task), dead;

	if (person.dead && history && history_dead(history, task->tid, &dead) &&
	    dead.start_ns == task->start_ns)
		person.ended_ns = dead.ended_ns;
	return person;
}

/* A zombie still tells its exit code; somebody who is gone may have been seen to go. */
static void person_find(const struct history *history, const struct look *look,
			struct person *person)
{
	uint32_t task = look_find(look, person->tid);
	struct person dead;

	if (task != NO_TASK && look->tasks[task].start_ns == person->start_ns) {
		*person = history_person(history, &look->tasks[task]);
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

static struct sem_use *sem_slot(const struct history *history, uint32_t pid, uint64_t address)
{
	uint64_t key = mix64(mix64(2, pid), address);

	return (struct sem_use *)&history->sems[key & (SEM_SLOTS - 1)];
}

static void sem_taken(struct sem_use *use, const struct event *event)
{
	if (use->pid != event->pid || use->address != event->object)
		*use = (struct sem_use){ .pid = event->pid, .address = event->object };
	use->signals |= use->taken;
	use->taken = true;
	use->taker = (struct person){ .start_ns = event->start_ns,
				      .pid = event->pid,
				      .tid = event->tid };
	memcpy(use->taker.name, event->name, sizeof(use->taker.name));
}

static void sem_given(struct sem_use *use, const struct event *event)
{
	/* what was taken before we came says nothing about who takes it */
	if (use->pid != event->pid || use->address != event->object)
		return;
	use->signals |= !use->taken || use->taker.tid != event->tid;
	use->taken = false;
}

void history_sem(struct history *history, const struct event *event)
{
	struct sem_use *use = sem_slot(history, event->pid, event->object);

	if (event->type == EVENT_SEM_ACQUIRE)
		sem_taken(use, event);
	else
		sem_given(use, event);
}

void history_exec(struct history *history, const struct event *event)
{
	for (size_t i = 0; i < SEM_SLOTS; i++)
		if (history->sems[i].pid == event->pid)
			history->sems[i].pid = 0;
}

void history_forget_sems(struct history *history)
{
	memset(history->sems, 0, sizeof(history->sems));
}

bool history_sem_holder(const struct history *history, const struct look *look, uint32_t pid,
			uint64_t address, struct person *ret)
{
	const struct sem_use *use = sem_slot(history, pid, address);

	if (use->pid != pid || use->address != address || !use->taken || use->signals)
		return false;
	*ret = use->taker;
	person_find(history, look, ret);
	return true;
}
