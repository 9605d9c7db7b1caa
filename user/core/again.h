/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether an answer at once is one already, or needs another look.
 */
#ifndef DLTRACE_AGAIN_H
#define DLTRACE_AGAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/judge.h"

/* What has been done so far; all zero before the first look. */
struct search {
	uint32_t looks;
	uint32_t hopes; /* how often candidates were waited for */
	bool doubted;	/* the first look left somebody in scope open out of ignorance */
};

enum again {
	AGAIN_NEVER, /* another look would find no more than what stands */
	AGAIN_NOW,
	AGAIN_SOON, /* after a moment, in which something may change */
	AGAIN_AT,   /* when somebody will have waited for long enough */
};

/* After each look, of its findings. *ret_ns: CLOCK_MONOTONIC, for AGAIN_AT only. */
enum again search_again(struct search *search, const struct findings *findings,
			const struct judge_stats *stats, uint64_t *ret_ns);

#endif /* DLTRACE_AGAIN_H */
