/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signal handlers and timers as ways on. A handler may post a semaphore, write
 * to a pipe, end a child, or make a call return early; it may not release a mutex
 * or a file lock, and the C library repeats a join when it has run. Only an
 * interpreter runs handlers of its own in its main thread, which may raise out
 * of any wait; what else it does with a signal is nothing, and it waits again.
 */
#ifndef DLTRACE_SIGNALS_H
#define DLTRACE_SIGNALS_H

#include "core/kind.h"

enum handler_reach {
	HANDLER_MAY_END,       /* sem, pipe, poll, any futex that is not known better */
	HANDLER_MAY_INTERRUPT, /* wait4: anybody's but an interpreter's beside its main thread */
	HANDLER_MAY_RAISE,     /* join: only an interpreter's in its main thread */
	HANDLER_ENDS_ANY,      /* pause, and calls that unblock signals: SIGINT counts too */
};

/*
 * Opens the wait if a handler or timer may end it; a caught SIGCHLD alone makes the children its
 * wakers, and where threads have been cancelled the process is one. By custom none of this counts
 * against a known holder, so a kind calls it only at a budget at which it can name the holders.
 * Call it last: evidence goes to the edge before it. Returns the cost of the question it still has,
 * or COST_DONE.
 */
enum cost signals_resolve(const struct kind_context *context, const struct look_task *task,
			  enum cost budget, struct wait_builder *b, enum handler_reach reach);

/* True if the process runs the named kind of program: base name without its version. */
bool program_is(const char *path, const char *const *names);

#endif /* DLTRACE_SIGNALS_H */
