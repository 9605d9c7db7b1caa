/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a look to a wait-for graph, asking as little as possible. See resolve.c.
 */
#ifndef DLTRACE_RESOLVE_H
#define DLTRACE_RESOLVE_H

#include "core/kind.h"
#include "core/progress.h"

/* What it took. */
struct resolve_stats {
	uint64_t resolved[COST_LEVELS]; /* waits, at each budget */
	uint64_t asked[COST_LEVELS];	/* questions, by cost */
	uint64_t cleared_asked;		/* questions dearer than what the task was suspect at: 0 */
};

/*
 * Fills context->graph (initialised, empty) with the waits of all blocked tasks
 * of the look, freezes it and works out progress. waived[task] is non-zero for
 * tasks that cannot be part of a verdict at this look: they are taken to go on,
 * and nothing dear is asked about them; cleared for those who may be trying
 * again and again, whose age is not theirs. 0 or -ENOMEM.
 */
int resolve_look(const struct kind_context *context, const struct kind_table *kinds,
		 uint8_t *waived, struct progress *progress, struct resolve_stats *stats);

/*
 * Resolves one wait once more, whatever it costs, with evidence into sink. The wait is a copy that
 * the graph does not hold; its edges are appended to the graph's.
 */
int resolve_again(const struct kind_context *context, const struct kind_table *kinds,
		  struct wait *wait, struct evidence_sink *sink);

/* The kind of that name in the table, NULL if it has none. */
const struct kind *kind_find(const struct kind_table *kinds, enum wait_kind kind);

#endif /* DLTRACE_RESOLVE_H */
