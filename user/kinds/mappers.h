/* SPDX-License-Identifier: BSD-2-Clause */
/* Everybody who can reach a word in memory, as wakers. */
#ifndef DLTRACE_MAPPERS_H
#define DLTRACE_MAPPERS_H

#include "core/kind.h"

struct futex_call;

/*
 * The processes that map the file of the task's object, or hold a descriptor of it; any part of
 * it, since they may map the rest. Counted against the kernel's number of shared writable
 * mappings (address_space.i_mmap_writable). Asks at COST_TABLE. 0 or -errno.
 */
int mappers_group(const struct kind_context *context, const struct look_task *task,
		  uint32_t *ret_group);
/*
 * Opens the wait for a file that has a name; wait_open_clients() while fewer than two processes
 * use it.
 */
void mappers_open_named(const struct kind_context *context, const struct look_task *task,
			uint32_t group, struct wait_builder *b);
/* The count of the group as evidence, where it was made. */
void mappers_saw_count(const struct kind_context *context, const struct look_task *task,
		       struct wait_builder *b);
/* An edge to the group of mappers that can end the wait, its count as evidence, and its name. */
void mappers_edge(const struct kind_context *context, const struct look_task *task,
		  struct wait_builder *b, enum relation relation);

/* The count of the tasks of the task's address space as evidence. */
void memory_saw_count(const struct kind_context *context, const struct look_task *task,
		      struct wait_builder *b);
/* An edge to them all, with their count as evidence. */
void memory_edge(const struct kind_context *context, const struct look_task *task,
		 struct wait_builder *b, enum relation relation);

/*
 * The whole answer for a futex that nobody in particular is responsible for: whoever can reach
 * the word, and handlers. Returns the cost of the next question.
 */
enum cost futex_wakers(const struct kind_context *context, const struct look_task *task,
		       const struct futex_call *call, enum cost budget, struct wait_builder *b,
		       enum relation relation);

#endif /* DLTRACE_MAPPERS_H */
