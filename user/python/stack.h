/* SPDX-License-Identifier: BSD-2-Clause */
/* The Python frames of a thread, and where they belong among its native ones. */
#ifndef DLTRACE_PYTHON_STACK_H
#define DLTRACE_PYTHON_STACK_H

#include "core/stack.h"
#include "python/frame.h"
#include "python/interpreter.h"

struct python_scratch;

struct python_stack {
	struct stack_frame frames[STACK_FRAMES_MAX];
	bool entries[STACK_FRAMES_MAX]; /* the outermost of one call of the evaluator */
	uint32_t count;
	bool partial; /* there are more frames, or the thread ran while it was read */
};

/* One frame for a report. */
void python_frame_write(struct python *py, const struct python_frame *frame,
			struct stack_frame *ret);

/* The frames of the thread with that tid in its own PID namespace. 0 or -ESRCH. */
int python_stack_read(struct python *py, struct python_scratch *scratch, uint32_t tid,
		      struct python_stack *ret);

/*
 * Puts Python frames in the place of the evaluator's native ones that stand for them. frames has
 * room for `max`, `count` of which are native; returns how many there are then.
 */
uint32_t python_stack_merge(struct stack_frame *frames, uint32_t count, uint32_t max,
			    const struct python_stack *python);

#endif /* DLTRACE_PYTHON_STACK_H */
