/* SPDX-License-Identifier: BSD-2-Clause */
/* Who holds the ends of a pipe, as wakers of whoever waits at the other end. */
#ifndef DLTRACE_PIPE_ENDS_H
#define DLTRACE_PIPE_ENDS_H

#include "core/kind.h"

enum pipe_end {
	PIPE_READ_END = 1, /* as in open_file.mode */
	PIPE_WRITE_END = 2,
};

/* What the waiter waits for at its own end. */
enum pipe_event {
	PIPE_DATA,   /* something to read, or no writers any more */
	PIPE_ROOM,   /* something was read, or no readers any more */
	PIPE_HANGUP, /* only that the other end is closed */
};

/*
 * One edge to all processes that hold `end` of the pipe that the file (as probe_descriptor() gave
 * it) belongs to, counted, with the evidence; and open if the event is already there. Holders other
 * than the waiter's process are responsible. Without any, false: the process wakes itself, from
 * another thread or a handler. Asks at COST_TABLE.
 */
bool pipe_end_edge(const struct kind_context *context, const struct look_task *task,
		   const struct open_file *file, enum pipe_end end, enum pipe_event event,
		   struct wait_builder *b);

#endif /* DLTRACE_PIPE_ENDS_H */
