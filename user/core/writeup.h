/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing up: from indices into one look's graph to findings that own all they
 * say, with the evidence for each edge.
 */
#ifndef DLTRACE_WRITEUP_H
#define DLTRACE_WRITEUP_H

#include "core/blame.h"
#include "core/deadlock.h"
#include "core/explain.h"
#include "core/kind.h"
#include "core/release.h"

/* The deadlock's id; see deadlock.h. */
uint64_t deadlock_id(const struct graph *graph, const struct explained *explained);

/* Writes up the findings of one look. */
struct writer {
	const struct kind_context *context;
	const struct kind_table *kinds;
	const struct explained *explained; /* the one at work */
	struct blame blame;
	struct releaser releaser;
	enum stacks stacks; /* that are wanted */
	uint8_t *is_cause;  /* of each task */
};

/* What is passed must outlive the writer. 0 or -ENOMEM. */
int writer_init(struct writer *writer, const struct kind_context *context,
		const struct kind_table *kinds, const struct progress *progress,
		enum stacks stacks);
void writer_deinit(struct writer *writer);

/* NULL if out of memory, or if a kind no longer says what it said (then it is no fact). */
struct deadlock *writer_write(struct writer *writer, const struct explained *explained);

/* Describes a task's wait in one line: its object. */
void describe_wait(const struct kind_context *context, const struct kind_table *kinds,
		   const struct wait *wait, char *ret, size_t size);

#endif /* DLTRACE_WRITEUP_H */
