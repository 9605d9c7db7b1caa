/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of Python's library a task waits in: an Event and a Barrier are both made of
 * locks, and only the stack tells which is meant.
 */
#ifndef DLTRACE_INSIDE_H
#define DLTRACE_INSIDE_H

#include <stdbool.h>
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
	INSIDE_EVENT_LOOP,   /* waiting for something to do */
	INSIDE_FUTURE,	     /* of concurrent.futures, in no event loop */
	INSIDE_LOOPS_FUTURE, /* the same, called by what an event loop runs */
};

/* Of the frames between the wait and the program's own code, the outermost that is known: that
 * is what the program has called. */
enum inside inside_of(const struct stack_frame *frames, size_t count);
/* True if an event loop of asyncio's is among the frames: it waits, or what it runs does. */
bool inside_event_loop(const struct stack_frame *frames, size_t count);

#endif /* DLTRACE_INSIDE_H */
