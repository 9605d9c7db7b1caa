/* SPDX-License-Identifier: BSD-2-Clause */
/* Who stands in the way of a file lock, as wakers of whoever waits for it. */
#ifndef DLTRACE_LOCK_HOLDERS_H
#define DLTRACE_LOCK_HOLDERS_H

#include "core/kind.h"

/* Commands of fcntl(): include/uapi/asm-generic/fcntl.h, linux/fcntl.h. */
enum fcntl_command { FCNTL_SETLKW = 7, FCNTL_OFD_SETLKW = 38 };

/* The lock that a task asks for. */
struct lock_wish {
	uint32_t type; /* enum lock_type */
	uint32_t mode; /* enum lock_mode */
	uint64_t start, end;
	bool ranged; /* start and end are known */
};

/*
 * Edges to all whom the kernel's list of that file's locks has in the way, with the evidence; what
 * it does not tell opens the wait. Asks at COST_TABLE.
 */
void lock_holders_edges(const struct kind_context *context, const struct look_task *task,
			uint32_t dev, uint64_t inode, const struct lock_wish *wish,
			struct wait_builder *b);

#endif /* DLTRACE_LOCK_HOLDERS_H */
