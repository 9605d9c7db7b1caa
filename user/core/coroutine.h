/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tasks of an event loop are about: the chain of coroutines that await
 * each other, and what the innermost awaits.
 */
#ifndef DLTRACE_COROUTINE_H
#define DLTRACE_COROUTINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/stack.h"

#define COROUTINE_NAME_LEN   64
#define COROUTINE_AWAITS_LEN 96

enum coroutine_state {
	COROUTINE_WAITS,
	COROUTINE_READY, /* to begin or to go on, as soon as the loop does */
	COROUTINE_RUNS,	 /* its innermost frames are on the thread's stack */
	COROUTINE_STATES,
};

/*
 * An answer of a probe: one frame. Those of one task follow each other, innermost first; the
 * first tells of the task, in the others that is empty.
 */
struct coroutine_frame {
	struct stack_frame frame;
	uint64_t task;	/* address of the Task, in all of them */
	uint32_t state; /* enum coroutine_state */
	uint32_t reserved;
	char name[COROUTINE_NAME_LEN];	   /* of the task */
	char awaits[COROUTINE_AWAITS_LEN]; /* "Lock Till.lock", "task Task-3"; empty: unknown */
	char holder[COROUTINE_NAME_LEN];   /* the task inside whose `async with` that is; empty:
					      unknown */
};

/* One task, with its frames. */
struct coroutine {
	char name[COROUTINE_NAME_LEN];
	char awaits[COROUTINE_AWAITS_LEN];
	char holder[COROUTINE_NAME_LEN];
	uint8_t state; /* enum coroutine_state */
	const struct stack_frame *frames;
	size_t frame_count;
};

/* The tasks of a thread's event loop, as a finding has them; all of it is malloc'ed. */
struct coroutines {
	struct coroutine *tasks;
	size_t count;
	struct stack_frame *frames;
	bool partial; /* there are more, or more of them */
};

/* Takes a copy, of an answer or of what was taken. 0 or -ENOMEM. */
int coroutines_take(const struct coroutine_frame *items, size_t count, struct coroutines *ret);
int coroutines_copy(const struct coroutines *coroutines, struct coroutines *ret);
void coroutines_deinit(struct coroutines *coroutines);

_Static_assert(sizeof(struct coroutine_frame) == 656, "coroutine_frame has padding");

#endif /* DLTRACE_COROUTINE_H */
