/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A look: all tasks of the system as one pass saw them, indexed. A task is
 * named by its index here (within one look) or by {tid, start time} (for ever).
 */
#ifndef DLTRACE_LOOK_H
#define DLTRACE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"
#include "core/thread_index.h"

#define NO_TASK UINT32_MAX

/* A process: tasks[first .. first + count), its leader among them if it is still known. */
struct process {
	uint32_t pid;
	uint32_t ppid;
	uint32_t first;
	uint32_t count;
};

struct look {
	struct look_task *tasks;   /* sorted by pid, then tid */
	uint32_t *by_tid;	   /* indices into tasks, sorted by tid */
	struct process *processes; /* sorted by pid */
	uint32_t *by_parent;	   /* indices into processes, sorted by ppid, then pid */
	uint32_t *nested; /* tasks of other PID namespaces than the first, sorted by ns_tid */
	struct thread_index by_thread_pointer, by_cleared_word;
	uint32_t task_count;
	uint32_t process_count;
	uint32_t nested_count;
	uint64_t start_ns;   /* CLOCK_MONOTONIC when the pass began; waits are aged against it */
	uint64_t wall_ns;    /* CLOCK_REALTIME at the same moment, for display only */
	uint64_t boot_id;    /* hash of the boot id */
	uint32_t self_pid;   /* dltrace's own process, 0 in recordings made elsewhere */
	uint32_t hidden;     /* tasks that /proc shows and the iterator does not */
	uint64_t incomplete; /* mask of enum incomplete: what the pass could not bring */
};

/* What a look could not bring, so that silence is never mistaken for health. */
enum incomplete {
	INCOMPLETE_HIDDEN_TASKS, /* and they could not be read from /proc either */
	INCOMPLETE_LOOK_CUT,	 /* the pass ended early */
	INCOMPLETE_EVENTS_LOST,
	INCOMPLETE_QUARANTINE, /* targets that a read hung on */
	INCOMPLETE_PRIVILEGE,  /* tasks of others could not be read */
	INCOMPLETE_REASONS,
};
extern const char *const incomplete_name[INCOMPLETE_REASONS];

/*
 * Sort and index tasks (malloc'ed, ownership passes to the look; freed by
 * look_deinit). Of records with the same tid the last wins. 0 or -ENOMEM, and
 * then tasks are freed.
 */
int look_init(struct look *look, struct look_task *tasks, uint32_t count);
void look_deinit(struct look *look);

/* Index of the task, or NO_TASK. Logarithmic. */
uint32_t look_find(const struct look *look, uint32_t tid);
/* NULL if unknown. Logarithmic. */
const struct process *look_process(const struct look *look, uint32_t pid);
/* Children of pid: by_parent[*ret_first .. *ret_first + return value). */
uint32_t look_children(const struct look *look, uint32_t pid, uint32_t *ret_first);
/* The task that `number` names in the PID namespace of task `viewer`, or NO_TASK;
 * *ret_known is false if the namespace is nested too deeply to tell. */
uint32_t look_find_in_namespace(const struct look *look, uint32_t viewer, uint32_t number,
				bool *ret_known);
/* Index of the live task of process whose pthread_self() is thread_pointer, or NO_TASK. */
uint32_t look_find_thread(const struct look *look, const struct process *process,
			  uint64_t thread_pointer);
/* Index of the live task of process at whose end the kernel clears that word, or NO_TASK. */
uint32_t look_find_clearing(const struct look *look, const struct process *process, uint64_t word);
/* True if every task of the process is dead. */
bool process_is_dead(const struct look *look, const struct process *process);

#endif /* DLTRACE_LOOK_H */
