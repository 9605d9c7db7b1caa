/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads that glibc makes wait for ever because FUTEX_LOCK_PI was refused. */
#ifndef DLTRACE_PI_PARKED_H
#define DLTRACE_PI_PARKED_H

#include "core/kind.h"

struct futex_call;

/* True if the call is like one by which a thread is parked; some others are, too. */
bool pi_parked_call(const struct look_task *task, const struct futex_call *call);
/*
 * Says who owns the mutex for which it was parked, at COST_SEARCH. If none is found the wait is
 * what other kinds make of it.
 */
enum cost pi_parked_resolve(const struct kind_context *context, const struct look_task *task,
			    const struct futex_call *call, enum cost budget,
			    struct wait_builder *b);
void pi_parked_describe(const struct kind_context *context, const struct look_task *task, char *ret,
			size_t size);

#endif /* DLTRACE_PI_PARKED_H */
