/* SPDX-License-Identifier: BSD-2-Clause */
/* Who holds a semaphore that is used as a lock, where takers and givers were followed. */
#ifndef DLTRACE_SEM_HOLDER_H
#define DLTRACE_SEM_HOLDER_H

#include "core/kind.h"

struct futex_call;

/* Says who by custom gives it back, if that is known; else nothing. */
void sem_holder_edge(const struct kind_context *context, const struct look_task *task,
		     const struct futex_call *call, struct wait_builder *b);

#endif /* DLTRACE_SEM_HOLDER_H */
