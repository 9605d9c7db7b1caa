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
	uint32_t tid;
	uint32_t reserved;
};

struct seen {
	struct seen_wait *waits; /* sorted by tid once seen_sort() was called */
	size_t count, capacity;
};

void seen_deinit(struct seen *seen);
/* 0 or -ENOMEM. */
int seen_add(struct seen *seen, const struct seen_wait *wait);
void seen_sort(struct seen *seen);
bool seen_has(const struct seen *seen, const struct seen_wait *wait);

#endif /* DLTRACE_SEEN_H */
