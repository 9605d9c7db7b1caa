/* SPDX-License-Identifier: BSD-2-Clause */
/* Which code made the system call that a task sleeps in. */
#ifndef DLTRACE_CALL_SITE_H
#define DLTRACE_CALL_SITE_H

#include "core/kind.h"

/* False: nothing is known of where the call was made, and it is of no use to ask. */
bool call_site_known(const struct look_task *task);
/*
 * True if a symbol says that the task's call was not made by glibc's mutexes, whatever the bytes
 * at its word look like; false if no symbol is there. Costs COST_SEARCH, once for each place in
 * a process.
 */
bool call_site_is_foreign(const struct kind_context *context, const struct look_task *task);

#endif /* DLTRACE_CALL_SITE_H */
