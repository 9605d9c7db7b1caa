/* SPDX-License-Identifier: BSD-2-Clause */
/* The descriptors that a task polls or selects, read from its memory. */
#ifndef DLTRACE_POLL_SET_H
#define DLTRACE_POLL_SET_H

#include "core/kind.h"

#define POLL_SET_MOST 4096 /* descriptors; a longer set is not read */

struct poll_watch {
	int32_t fd;
	uint32_t events;  /* POLLIN and the like; hang-up and errors are always reported */
	uint64_t address; /* of the struct pollfd, or of the descriptor's word in the fd_set */
};

struct poll_set {
	struct poll_watch *items;
	size_t count;
};

/*
 * Reads the set of a task in poll, ppoll, select or pselect; those that the call ignores are left
 * out. 0, -E2BIG or another -errno; on success the caller calls poll_set_deinit(). Asks at
 * COST_READ.
 */
int poll_set_read(const struct probe *probe, const struct look_task *task, struct poll_set *ret);
void poll_set_deinit(struct poll_set *set);

#endif /* DLTRACE_POLL_SET_H */
