/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The deadlocks that stand, from look to look.
 */
#ifndef DLTRACE_ACTIVE_H
#define DLTRACE_ACTIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/deadlock.h"
#include "core/look.h"

struct active {
	struct deadlock **items; /* owned */
	size_t count, capacity;
};

void active_deinit(struct active *active);
/* NULL if it does not stand. */
struct deadlock *active_find(const struct active *active, uint64_t id);
/* Takes ownership, and replaces one of the same id. 0, or -ENOMEM and then nothing was taken. */
int active_put(struct active *active, struct deadlock *deadlock);
/* The caller owns what was removed. */
struct deadlock *active_remove(struct active *active, size_t i);

/*
 * True if none of the causes has run since: then the deadlock still stands,
 * whether or not this look could prove it anew.
 */
bool deadlock_stands(const struct deadlock *deadlock, const struct look *look);

#endif /* DLTRACE_ACTIVE_H */
