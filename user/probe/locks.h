/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's list of file locks, read once a look.
 */
#ifndef DLTRACE_LOCKS_H
#define DLTRACE_LOCKS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/lock.h"

/* All zero: not read yet. */
struct locks {
	bool read;
	int error;
	struct file_lock *items; /* in the order of the list */
	size_t count;
};

void locks_deinit(struct locks *locks);

/*
 * Fills type, mode, owner, device, inode, range and depth from what follows "lock:\t" in fdinfo, or
 * a line of /proc/locks. False if it is no such line; *ret may be changed then.
 */
bool lock_parse(const char *line, struct file_lock *ret);

#endif /* DLTRACE_LOCKS_H */
