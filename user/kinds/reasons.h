/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every kind says in the same way: that a question got no answer, that a
 * descriptor leads out of the model, that an edge could not be kept. In each
 * case the wait becomes open, since a way on that is missing would make a
 * false deadlock.
 */
#ifndef DLTRACE_REASONS_H
#define DLTRACE_REASONS_H

#include "core/kind.h"

/* A question about this wait failed with -errno. */
void wait_open_error(struct wait_builder *b, int error);
/* The wait is for a file of that kind (enum file_kind), which is not looked into. */
void wait_open_file(struct wait_builder *b, uint32_t file_kind);
/* The reason for which a wait on that kind of file is open, in a word for people. */
const char *file_kind_name(uint32_t file_kind);
/*
 * The object has a name by which strangers may still come, and nobody else has come yet: a server
 * waits for its clients. Open by custom too, which a name alone is not.
 */
void wait_open_clients(struct wait_builder *b);
/*
 * wait_saw_memory() of the task's own process. Its first thread gives up the memory when it ends,
 * and then it is read by the number of the task (/proc/TID/mem).
 */
void wait_saw_own_memory(struct wait_builder *b, const struct look_task *task, uint64_t address,
			 const void *bytes, size_t length, const char *meaning);
/*
 * Whoever may be missing in the group leaves the wait open, although no edge leads there; what its
 * members may do one day, such as run a handler, does not.
 */
void wait_open_like_group(struct wait_builder *b, uint32_t group);
/* wait_edge(); if there is no memory for node (NO_NODE) or edge, the wait is open. */
void wait_edge_or_open(struct wait_builder *b, uint32_t node, enum relation relation,
		       unsigned int flags);
/*
 * Makes the group of that key with the processes of these pids, each named once, as members; a
 * process that the look does not know opens it. NO_NODE if out of memory.
 */
uint32_t group_of_processes(const struct kind_context *context, enum group_type type, uint64_t a,
			    uint64_t b, const uint32_t *pids, size_t count);
/* True if another process than pid is a member of the group of processes. */
bool group_has_others(const struct graph *graph, uint32_t group, uint32_t pid);
/* Sorts pids and drops the doubles; returns how many are left. */
size_t pids_unique(uint32_t *pids, size_t count);

#endif /* DLTRACE_REASONS_H */
