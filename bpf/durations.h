/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * How long waits took, summed on each CPU apart: one lookup and two additions. Atomic ones where
 * the program may be preempted between reading a sum and writing it; who has interrupts off can
 * do with less, since no other program's atomic addition can be cut in half by it.
 */
#ifndef DLTRACE_DURATIONS_H
#define DLTRACE_DURATIONS_H

#include <bpf/bpf_helpers.h>

#include "bpf/event.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WAIT_CALLS);
	__type(key, __u32);
	__type(value, struct wait_durations);
} durations __weak SEC(".maps");

/*
 * The smallest i with duration <= 4^i us, in five comparisons and no division:
 * where the rest is not below 1000 * 4^(step - 1), at least `step` is needed, and
 * then the rest in units of 4^step ns decides about what is left.
 */
static inline __u32 duration_bucket(__u64 duration_ns)
{
	__u64 rest = duration_ns ? duration_ns - 1 : 0;
	__u32 bucket = 0;

#define STEP(step)                                       \
	do {                                             \
		if (rest >= 1000ULL << 2 * (step - 1)) { \
			bucket += step;                  \
			rest >>= 2 * step;               \
		}                                        \
	} while (0)
	STEP(8);
	STEP(4);
	STEP(2);
	STEP(1);
	STEP(1);
#undef STEP
	return bucket;
}

_Static_assert(WAIT_BUCKETS == 8 + 4 + 2 + 1 + 1 + 1, "one bucket for each sum of steps");

static inline void duration_add(__u32 kind, __u64 duration_ns, bool undisturbed)
{
	struct wait_durations *sums = bpf_map_lookup_elem(&durations, &kind);
	__u32 bucket = duration_bucket(duration_ns);

	if (!sums || bucket >= WAIT_BUCKETS)
		return;
	if (undisturbed) {
		sums->buckets[bucket]++;
		sums->sum_ns += duration_ns;
	} else {
		__sync_fetch_and_add(&sums->buckets[bucket], 1);
		__sync_fetch_and_add(&sums->sum_ns, duration_ns);
	}
}

#endif /* DLTRACE_DURATIONS_H */
