/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Some kernels hide a task from the iterator that /proc shows (a sandbox its
 * first process, for one). Listing all threads in /proc would take longer than
 * the look itself, so only processes are listed; the threads of one only if the
 * kernel's own count of them differs from what the pass brought.
 */
#include "source/reconcile.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf/event.h"
#include "core/cleanup.h"
#include "source/proc_task.h"
#include "source/task_list.h"

#define NS_PER_S 1000000000ULL

/* One for each possible id up to the highest seen; untouched pages of it cost nothing. */
struct seen {
	uint32_t threads;  /* of process number i: found by the pass */
	uint32_t expected; /* ... and how many the kernel says there are */
	bool task;	   /* task number i was found */
};

struct reconciliation {
	struct task_list *list;
	struct seen *seen;
	uint32_t seen_count;
	uint64_t started_ns;
	struct hidden hidden;
};

static void cleanup_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int seen_fill(struct reconciliation *r)
{
	const struct task_list *list = r->list;

	for (uint32_t i = 0; i < list->count; i++) {
		if (list->tasks[i].tid >= r->seen_count)
			r->seen_count = list->tasks[i].tid + 1;
		if (list->tasks[i].pid >= r->seen_count)
			r->seen_count = list->tasks[i].pid + 1;
	}
	r->seen = calloc(r->seen_count, sizeof(*r->seen));
	if (!r->seen)
		return -ENOMEM;
	for (uint32_t i = 0; i < list->count; i++) {
		const struct look_task *task = &list->tasks[i];

		if (!r->seen[task->tid].task)
			r->seen[task->pid].threads++;
		r->seen[task->tid].task = true;
		if (task->threads) /* 0 once the task is being reaped */
			r->seen[task->pid].expected = task->threads;
	}
	return 0;
}

static bool task_was_seen(const struct reconciliation *r, uint32_t tid)
{
	return tid < r->seen_count && r->seen[tid].task;
}

static bool process_is_complete(const struct reconciliation *r, uint32_t pid)
{
	return pid < r->seen_count && r->seen[pid].task &&
	       r->seen[pid].threads >= r->seen[pid].expected;
}

static int task_add(struct reconciliation *r, uint32_t pid, uint32_t tid)
{
	uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
	struct look_task task;
	int error = proc_task_read(pid, tid, &task);

	if (error == -ESRCH)
		return 0;
	if (error) {
		r->hidden.unreadable++;
		return 0;
	}
	if (task.start_ns + tick_ns >= r->started_ns) /* /proc rounds down to a tick */
		return 0;
	r->hidden.added++;
	return task_list_add(r->list, &task);
}

/* The next name in a directory that is a number, or 0. */
static uint32_t dir_next_id(DIR *dir)
{
	const struct dirent *entry;

	while ((entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			return (uint32_t)strtoul(entry->d_name, NULL, 10);
	return 0;
}

static int process_add(struct reconciliation *r, uint32_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/task", pid);

	__attribute__((cleanup(cleanup_dir))) DIR *dir = opendir(path);
	uint32_t tid;
	int error = 0;

	if (!dir)
		return 0;
	while (!error && (tid = dir_next_id(dir)))
		if (!task_was_seen(r, tid))
			error = task_add(r, pid, tid);
	return error;
}

int reconcile(struct task_list *list, uint64_t started_ns, struct hidden *ret)
{
	struct reconciliation r = { .list = list, .started_ns = started_ns };
	__attribute__((cleanup(cleanup_dir))) DIR *dir = opendir("/proc");
	uint32_t pid;

	if (!dir)
		return -errno;

	int error = seen_fill(&r);
	_cleanup_free_ struct seen *owned = r.seen;

	while (!error && (pid = dir_next_id(dir)))
		if (!process_is_complete(&r, pid))
			error = process_add(&r, pid);
	if (!error)
		*ret = r.hidden;
	return error;
}
