/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The live threads of processes by an address that each has of its own. A
 * process is indexed when it is first asked about: most never are, and where one
 * has tens of thousands of threads, each of them may ask.
 */
#ifndef DLTRACE_THREAD_INDEX_H
#define DLTRACE_THREAD_INDEX_H

#include <stdint.h>

struct look;
struct look_task;
struct process;

struct thread_entry {
	uint64_t address;
	uint32_t task; /* its index in the look */
};

/* What is filled lies behind the pointers, so an index within a constant look can be. */
struct thread_index {
	uint64_t (*address)(const struct look_task *task); /* 0: it has none */
	struct thread_entry *entries; /* those of a process begin where its tasks do */
	uint32_t *known; /* by process: how many entries it has, plus 1; 0: not indexed yet */
};

/* An index over no process yet. 0 or -ENOMEM; give it back in either case. */
int thread_index_init(struct thread_index *index, const struct look *look,
		      uint64_t (*address)(const struct look_task *task));
void thread_index_deinit(struct thread_index *index);

/* The first live thread of the process with that address, or NO_TASK. Logarithmic. */
uint32_t thread_index_find(const struct thread_index *index, const struct look *look,
			   const struct process *process, uint64_t address);

#endif /* DLTRACE_THREAD_INDEX_H */
