/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of Python's library a task waits in: an Event and a Barrier are both made of
 * locks, and only the stack tells which is meant.
 */
#ifndef DLTRACE_INSIDE_H
#define DLTRACE_INSIDE_H

#include <stddef.h>

struct stack_frame;

enum inside {
	INSIDE_NOTHING, /* that is known */
	INSIDE_EVENT,
	INSIDE_BARRIER,
	INSIDE_CONDITION,
	INSIDE_QUEUE_GET,
	INSIDE_QUEUE_FEEDER, /* the thread that writes a multiprocessing queue into its pipe */
	INSIDE_SUBPROCESS,   /* waiting for its end */
};

/* Of the frames between the wait and the program's own code, the outermost that is known: that
 * is what the program has called. */
enum inside inside_of(const struct stack_frame *frames, size_t count);

#endif /* DLTRACE_INSIDE_H */
