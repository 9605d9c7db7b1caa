/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All mappings of files that several processes may share, from one pass a look.
 */
#ifndef DLTRACE_MAPPERS_H
#define DLTRACE_MAPPERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"

/* All zero: no pass yet. */
struct mappers {
	bool read;
	int error;
	bool partial;
	struct mapping *items; /* by dev, inode, pid, start */
	size_t count, capacity;
};

void mappers_deinit(struct mappers *mappers);

#endif /* DLTRACE_MAPPERS_H */
