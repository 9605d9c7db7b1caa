/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For what is blocked but not deadlocked: the chain from a waiter down to what
 * it finally waits on.
 */
#ifndef DLTRACE_CHAIN_H
#define DLTRACE_CHAIN_H

#include "core/deadlock.h"
#include "core/kind.h"
#include "core/progress.h"

/* 0 or -ENOMEM. */
int chain_follow(const struct kind_context *context, const struct kind_table *kinds,
		 const struct progress *progress, uint32_t task, struct chain *ret);

#endif /* DLTRACE_CHAIN_H */
