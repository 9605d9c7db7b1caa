/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was read of a real interpreter, as a file: a head, then runs of bytes,
 * each behind its address and length. Everything else is zero, or not there.
 */
#ifndef RECORDED_H
#define RECORDED_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "python/memory.h"

#define RECORDED_THREADS 6

struct recorded_head {
	struct interpreter interpreter;
	uint32_t tids[RECORDED_THREADS]; /* main, alpha, beta, owner, waiter, loop */
};

struct recorded_run {
	uint64_t address;
	uint64_t length;
};

struct recorded {
	struct recorded_head head;
	const unsigned char *runs; /* not owned */
	size_t size;
};

/* Missing bytes are zeros. */
static inline void recorded_open(struct recorded *recorded, const void *bytes, size_t size)
{
	size_t head = size < sizeof(recorded->head) ? size : sizeof(recorded->head);

	memset(recorded, 0, sizeof(*recorded));
	memcpy(&recorded->head, bytes, head);
	recorded->runs = (const unsigned char *)bytes + head;
	recorded->size = size - head;
}

static inline int recorded_fetch(void *context, uint64_t address, void *ret, size_t length)
{
	const struct recorded *recorded = context;
	struct recorded_run run;
	int error = -EFAULT;

	memset(ret, 0, length);
	for (size_t at = 0; recorded->size - at > sizeof(run); at += run.length) {
		memcpy(&run, recorded->runs + at, sizeof(run));
		at += sizeof(run);
		if (run.length > recorded->size - at)
			run.length = recorded->size - at;
		for (uint64_t i = 0; i < run.length; i++) {
			if (run.address + i - address >= length)
				continue;
			((unsigned char *)ret)[run.address + i - address] = recorded->runs[at + i];
			error = 0;
		}
	}
	return error;
}

#endif /* RECORDED_H */
