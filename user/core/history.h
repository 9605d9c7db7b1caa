/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the judge remembers: who has died, and who was last seen to hold what.
 * Bounded: the oldest of many are forgotten. It labels findings; no verdict
 * rests on it.
 */
#ifndef DLTRACE_HISTORY_H
#define DLTRACE_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/look.h"

struct history;

/* Somebody who was, and perhaps is no more. */
struct person {
	uint64_t start_ns;
	uint64_t born_ns;  /* CLOCK_MONOTONIC; 0: unknown */
	uint64_t ended_ns; /* CLOCK_MONOTONIC; 0: unknown */
	uint32_t pid, tid;
	uint32_t exit_code; /* as wait4 would report it */
	bool dead;
	bool exit_known;
	char name[TASK_NAME_LEN];
};

struct history *history_new(void);
void history_free(struct history *history);

/* The task as somebody to be remembered; if it is dead, with its exit code. */
struct person person_of_task(const struct look_task *task);
/* The same, and if it was seen to end, when. history may be NULL. */
struct person history_person(const struct history *history, const struct look_task *task);

/* A look is being judged: who holds what others wait for is told anew. */
void history_new_look(struct history *history);
/* True if the last look saw the task hold something that is waited for. */
bool history_exit(struct history *history, const struct event *event);
/* The task was seen to hold the object. */
void history_holder(struct history *history, uint64_t object, const struct look_task *holder);

/*
 * A unit of the sem_t at that address of the task's process was taken, or is
 * about to be given back (EVENT_SEM_ACQUIRE, EVENT_SEM_POST).
 */
void history_sem(struct history *history, const struct event *event);
/* The process runs another program: it has other semaphores (EVENT_EXEC). */
void history_exec(struct history *history, const struct event *event);
/* Events were lost: what semaphores are used for is no longer known. */
void history_forget_sems(struct history *history);
/*
 * Who holds the semaphore, if it has been used as a lock for as long as it was
 * followed: taken by one at a time, and given back by whoever had taken it.
 */
bool history_sem_holder(const struct history *history, const struct look *look, uint32_t pid,
			uint64_t address, struct person *ret);

/* Who was last seen to hold the object, and what has become of them since; false if unknown. */
bool history_last_holder(const struct history *history, const struct look *look, uint64_t object,
			 struct person *ret);
/* Ends of tasks were lost: whoever died last of a tid is no longer known. */
void history_forget_dead(struct history *history);
/*
 * The last task of that tid to have died; false if unknown. It need not be the one that is meant:
 * tids are used again.
 */
bool history_dead(const struct history *history, uint32_t tid, struct person *ret);

#endif /* DLTRACE_HISTORY_H */
