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

void history_exit(struct history *history, const struct event *event);
/* The task was seen to hold the object. */
void history_holder(struct history *history, uint64_t object, const struct look_task *holder);

/* Who was last seen to hold the object, and what has become of them since; false if unknown. */
bool history_last_holder(const struct history *history, const struct look *look, uint64_t object,
			 struct person *ret);
/* The last task of that tid to have died; false if unknown. */
bool history_dead(const struct history *history, uint32_t tid, struct person *ret);

#endif /* DLTRACE_HISTORY_H */
