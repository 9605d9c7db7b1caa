/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks of a file, as the kernel lists them (fs/locks.c): answers of a probe, so
 * fixed-size and without pointers.
 */
#ifndef DLTRACE_LOCK_H
#define DLTRACE_LOCK_H

#include <stdint.h>

enum lock_type {
	LOCK_OTHER, /* leases and whatever else stands in the list */
	LOCK_FLOCK,
	LOCK_POSIX,
	LOCK_OFD,
	LOCK_TYPES,
};

enum lock_mode { LOCK_MODE_NONE, LOCK_MODE_READ, LOCK_MODE_WRITE, LOCK_MODES };

#define LOCK_TO_END UINT64_MAX

/*
 * A line of /proc/locks (pid 0), or of the fdinfo of a descriptor through which
 * the lock is held. The lines of one lock form a tree: a line of depth n waits for
 * the nearest line above it of depth n - 1, and one of depth 0 is held.
 */
struct file_lock {
	uint64_t start; /* bytes of the file, from .. */
	uint64_t end;	/* .. to, inclusive; LOCK_TO_END */
	uint64_t inode;
	uint64_t description; /* of the descriptor; 0: unknown */
	uint32_t dev;
	int32_t owner; /* the process that took it, be it dead; -1: none is named (OFD) */
	uint32_t pid;  /* whose descriptor it is */
	int32_t fd;
	uint32_t index; /* of the line in fdinfo, from 1 */
	uint32_t depth;
	uint32_t type; /* enum lock_type */
	uint32_t mode; /* enum lock_mode */
};

_Static_assert(sizeof(struct file_lock) == 64, "file_lock has padding");

#endif /* DLTRACE_LOCK_H */
