/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One process that is being read: its memory and its mappings, kept for as
 * long as a look lasts. Used in the helper only, since both may hang.
 *
 * A descriptor of /proc/PID/mem belongs to the address space that it was opened
 * on, not to the number (fs/proc/base.c, mem_open): when the process is gone it
 * reads nothing, whoever has the number then.
 */
#ifndef DLTRACE_TARGET_H
#define DLTRACE_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bpf/event.h"

#define TARGETS 64

struct target {
	uint32_t pid;
	int mem_fd; /* -1: not open */
	int mappings_error;
	struct mapping *mappings; /* by address; NULL: not read yet */
	size_t mapping_count;
	uint32_t *denied_devs; /* file systems on which a read may hang */
	size_t denied_count;
};

/* All zero is empty. */
struct target_cache {
	struct target targets[TARGETS];
	uint32_t count;
	uint32_t oldest;
};

/* Valid until the next call; never NULL. */
struct target *target_get(struct target_cache *cache, uint32_t pid);
void target_cache_clear(struct target_cache *cache);

/* Reads the mappings if they are not known yet. 0 or -errno. */
int target_map(struct target *target);
/* The mapping that holds the address, or NULL. After target_map(). */
const struct mapping *target_find(const struct target *target, uint64_t address);

/*
 * Reads memory, but for mappings that are denied. The number of bytes read,
 * fewer than length where the memory ends; -EFAULT: no memory there; -EIO: a
 * hole, or a page that somebody else has yet to provide; -EACCES: denied, or no
 * privilege; -ESRCH: gone.
 */
ssize_t target_read(struct target *target, uint64_t address, void *ret, size_t length);

#endif /* DLTRACE_TARGET_H */
