/* SPDX-License-Identifier: BSD-2-Clause */
/* Which code made the system call that a task sleeps in. */
#ifndef DLTRACE_CALL_SITE_H
#define DLTRACE_CALL_SITE_H

#include "core/kind.h"

/*
 * True if a symbol says that the task's call was not made by glibc's locks, whatever the bytes at
 * its word look like: then it is a wait for any futex. False if no symbol is there, and at less
 * than COST_SEARCH, which it costs once for each place in a process.
 */
bool call_site_is_foreign(const struct kind_context *context, const struct look_task *task,
			  enum cost budget, struct wait_builder *b);
/* What a kind whose next question costs that is to return, so that the above is asked, too. */
enum cost call_site_cost(const struct look_task *task, enum cost budget, enum cost next);

#endif /* DLTRACE_CALL_SITE_H */
