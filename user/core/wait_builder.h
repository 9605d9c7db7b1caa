/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The builder by which a kind says what it knows of one wait: why it is open, which object it is
 * on, who could end it, and what shows that.
 */
#ifndef DLTRACE_WAIT_BUILDER_H
#define DLTRACE_WAIT_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/wait.h"

struct graph;

/* Where evidence goes while a deadlock is written up; absent while judging. */
struct evidence_sink {
	struct evidence_list *object; /* of the wait itself */
	struct evidence_list *edges;  /* one list for each edge of the wait, in order */
	size_t edge_capacity;
	bool history; /* what was seen earlier is wanted, too: it proves nothing */
	int error;    /* -ENOMEM if something could not be kept */
};

struct wait_builder {
	struct graph *graph;
	struct wait *wait;
	struct evidence_sink *sink; /* NULL while judging */
};

void wait_open(struct wait_builder *b, enum open_reason reason);
void wait_object(struct wait_builder *b, uint64_t space, uint64_t a, uint64_t c);
/*
 * The wait is one try of many: timed, and taken up again for as long as its object is the same. So
 * it is known again and dated by what is said of the object, and not by how often its task ran.
 * Before anything else is said. The kind answers for it that whoever tries gets no further while
 * the object, and who holds it, stay as they are.
 */
void wait_retry(struct wait_builder *b);
/* Edges go to a node of the graph. Returns 0 or -ENOMEM. A group's own reasons for being open
 * (its census) pass to the wait. */
int wait_edge(struct wait_builder *b, uint32_t node, enum relation relation, unsigned int flags);

/* To the evidence that was added last: where the holder took what it holds. */
void wait_held_since(struct wait_builder *b, const char *place);
/* Evidence for the wait (before its first edge) or for the edge added last. */
void wait_saw_memory(struct wait_builder *b, uint32_t pid, uint64_t address, const void *bytes,
		     size_t length, const char *meaning);
void wait_saw_count(struct wait_builder *b, const char *what, int64_t kernel, int64_t found,
		    const char *meaning);
__attribute__((format(printf, 4, 5))) void wait_saw_proc(struct wait_builder *b, const char *path,
							 const char *meaning, const char *format,
							 ...);
__attribute__((format(printf, 3, 4))) void
wait_saw_history(struct wait_builder *b, const char *meaning, const char *format, ...);
/* The same for what is worth telling and no part of the verdict: it may differ from look to look.
 */
__attribute__((format(printf, 3, 4))) void
wait_remember(struct wait_builder *b, const char *meaning, const char *format, ...);

#endif /* DLTRACE_WAIT_BUILDER_H */
