/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the last look saw of each stuck task, for the proof by two looks.
 */
#ifndef DLTRACE_SEEN_H
#define DLTRACE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seen_wait {
	uint64_t start_ns;
	uint64_t fingerprint;
	uint64_t since_ns; /* when it was first seen so */
	uint32_t tid;
	uint32_t looks; /* of a wait that is tried again and again: for how many more it is kept */
};

struct seen {
	struct seen_wait *waits; /* sorted by tid once seen_sort() was called */
	size_t count, capacity;
};

void seen_deinit(struct seen *seen);
/* 0 or -ENOMEM. */
int seen_add(struct seen *seen, const struct seen_wait *wait);
void seen_sort(struct seen *seen);
/* True if there is an entry of that task's number. Sorted. */
bool seen_has_task(const struct seen *seen, uint32_t tid);
/* What was seen of the same task, if it was the same; else NULL. */
const struct seen_wait *seen_find(const struct seen *seen, const struct seen_wait *wait);

#endif /* DLTRACE_SEEN_H */
