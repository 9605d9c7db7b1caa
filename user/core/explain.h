/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From "these tasks are stuck" to "these are to blame, and those are stuck
 * behind them". See explain.c.
 */
#ifndef DLTRACE_EXPLAIN_H
#define DLTRACE_EXPLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "core/deadlock.h"
#include "core/progress.h"

/* One cause, as indices into the graph: one deadlock. */
struct explained {
	uint8_t verdict;   /* enum verdict */
	uint8_t certainty; /* enum certainty */
	uint32_t *tasks;   /* the causes; the headline ring, if there is one, comes first in its
			      order, the rest in order of {start, tid} */
	uint32_t task_count;
	uint32_t ring_count;
	uint32_t *victims; /* in order of {start, tid} */
	uint32_t victim_count;
	uint32_t dead; /* dead-owner: the dead node, else NO_NODE */
};

struct explanation {
	struct explained *items;
	uint32_t count;
};

/* Explains all that is stuck. 0 or -ENOMEM. */
int explain(const struct graph *graph, const struct progress *progress, struct explanation *ret);
void explanation_deinit(struct explanation *explanation);

#endif /* DLTRACE_EXPLAIN_H */
