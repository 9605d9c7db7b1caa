/* SPDX-License-Identifier: BSD-2-Clause */
/* The tasks of an asyncio event loop. See coroutine.c for the rules. */
#ifndef DLTRACE_PYTHON_COROUTINE_H
#define DLTRACE_PYTHON_COROUTINE_H

#include "core/coroutine.h"
#include "python/frame.h"
#include "python/interpreter.h"

#define TASKS_MOST	      64
#define AWAITS_MOST	      16 /* frames of a task, the innermost */
#define COROUTINE_FRAMES_MOST 256

struct python_task {
	uint64_t object, loop;
	uint64_t waiter; /* the future that it waits for, 0: none */
	uint64_t lock;	 /* asyncio's object that it waits in, 0: none is known */
	char name[COROUTINE_NAME_LEN];
	bool runs;
	uint32_t count;
	struct python_frame frames[AWAITS_MOST]; /* innermost first */
};

/* What is needed while tasks are read. Large: not for the stack. */
struct python_tasks {
	struct python_thread threads[PYTHON_THREADS_MOST];
	uint64_t on_stack[STACK_FRAMES_MAX]; /* addresses of the thread's frames */
	uint32_t on_stack_count;
	struct python_task items[TASKS_MOST];
	uint32_t count;
	struct coroutine_frame before[COROUTINE_FRAMES_MOST];
};

/*
 * The frames of all pending tasks of the event loop that the thread with that tid, in its own PID
 * namespace, runs; *ret_partial is set if there are more, or they changed while they were read.
 */
uint32_t python_coroutines(struct python *py, struct python_tasks *tasks, uint32_t tid,
			   struct coroutine_frame ret[COROUTINE_FRAMES_MOST], bool *ret_partial);

#endif /* DLTRACE_PYTHON_COROUTINE_H */
