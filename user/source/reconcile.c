/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Some kernels hide a task from the iterator that /proc shows (a sandbox its
 * first process, for one). Listing all threads in /proc would take longer than
 * the look itself, so only processes are listed; the threads of one only if the
 * kernel's own count of them differs from what the pass brought.
 *
 * Nor is that needed where nothing has changed, and /proc/loadavg tells: the last
 * id that was given out, and how many tasks there are. If the id is that of the
 * last listing, nobody was born since, so who is hidden now was hidden then; if
 * the pass and the hidden ones together make up the count, none of either has
 * gone. In a PID namespace of its own the count is of more tasks than the pass
 * brings, and so there is always a listing.
 *
 * What is hidden is taken to be able to go on, and nothing else about it matters
 * but whether it is dead. So its details are kept for a few looks.
 */
#include "source/reconcile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "bpf/event.h"
#include "core/cleanup.h"
#include "source/id_dir.h"
#include "source/proc_task.h"

#define NS_PER_S    1000000000ULL
#define LOOKS_KEPT  8
#define LOADAVG_LEN 128

/* One for each possible id up to the highest seen; untouched pages of it cost nothing. */
struct seen {
	uint32_t threads;  /* of process number i: found by the pass */
	uint32_t expected; /* ... and how many the kernel says there are */
	bool task;	   /* task number i was found */
};

struct reconciliation {
	const struct reconciler *known;
	struct task_list *list;
	struct task_list hidden;
	struct seen *seen;
	uint32_t seen_count;
	uint32_t unreadable;
	uint32_t next_known;
	uint64_t started_ns;
	const struct probe *direct;
	bool young; /* somebody was left to the next look */
};

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

/* As it was read a few looks ago. They come in the same order as then, so it is mostly the next. */
static const struct look_task *task_known(struct reconciliation *r, uint32_t pid, uint32_t tid)
{
	const struct task_list *hidden = &r->known->hidden;

	if (r->known->age >= LOOKS_KEPT)
		return NULL;
	for (uint32_t i = 0; i < hidden->count; i++) {
		uint32_t at = (r->next_known + i) % hidden->count;

		if (hidden->tasks[at].tid == tid && hidden->tasks[at].pid == pid) {
			r->next_known = at + 1;
			return &hidden->tasks[at];
		}
	}
	return NULL;
}

static int task_add(struct reconciliation *r, uint32_t pid, uint32_t tid)
{
	uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
	const struct look_task *known = task_known(r, pid, tid);
	struct look_task task;
	int error = known ? 0 : proc_task_read(r->direct, pid, tid, &task);

	if (known)
		return task_list_add(&r->hidden, known);
	if (error == -ESRCH)
		return 0;
	if (error) {
		r->unreadable++;
		return 0;
	}
	if (task.start_ns + tick_ns >= r->started_ns) { /* /proc rounds down to a tick */
		r->young = true;
		return 0;
	}
	return task_list_add(&r->hidden, &task);
}

static int process_add(struct reconciliation *r, uint32_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/task", pid);

	_cleanup_dir_ DIR *dir = opendir(path);
	uint32_t tid;
	int error = 0;

	if (!dir)
		return 0;
	while (!error && (tid = dir_next_id(dir)))
		if (!task_was_seen(r, tid))
			error = task_add(r, pid, tid);
	return error;
}

static int list_processes(struct reconciliation *r)
{
	_cleanup_dir_ DIR *dir = opendir("/proc");
	uint32_t pid;

	if (!dir)
		return -errno;

	int error = seen_fill(r);
	_cleanup_free_ struct seen *owned = r->seen;

	while (!error && (pid = dir_next_id(dir)))
		if (!process_is_complete(r, pid))
			error = process_add(r, pid);
	return error;
}

/* "0.20 0.18 0.12 1/80 11206": the fourth field's second number, and the fifth (proc(5)). */
bool loadavg_parse(const char *text, struct task_count *ret)
{
	struct task_count count;

	if (sscanf(text, "%*s %*s %*s %*u/%" SCNu32 " %" SCNu32, &count.tasks, &count.last_id) != 2)
		return false;
	*ret = count;
	return true;
}

/* Containers may have a file of their own making there (lxcfs), which is not believed. */
static bool loadavg_read(struct task_count *ret)
{
	char text[LOADAVG_LEN];
	struct statfs info;
	int fd = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
	ssize_t length = -1;

	if (fd < 0)
		return false;
	if (!fstatfs(fd, &info) && info.f_type == PROC_SUPER_MAGIC)
		length = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (length < 0)
		return false;
	text[length] = '\0';
	return loadavg_parse(text, ret);
}

/* The iterator goes by id, and brings some twice, the one right behind the other. */
static uint32_t list_distinct(const struct task_list *list)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < list->count; i++)
		count += !i || list->tasks[i].tid != list->tasks[i - 1].tid;
	return count;
}

bool reconciler_holds(const struct reconciler *known, const struct task_list *list,
		      const struct task_count *count)
{
	return known->whole && known->age < LOOKS_KEPT && known->last_id == count->last_id &&
	       list_distinct(list) + known->hidden.count == count->tasks;
}

/* What was found hidden, and whether that was all there was. */
static void reconciler_learn(struct reconciler *known, struct reconciliation *r, bool counted,
			     const struct task_count *count)
{
	known->age = known->age < LOOKS_KEPT ? known->age + 1 : 0;
	known->whole = counted && !r->young && !r->unreadable;
	known->last_id = counted ? count->last_id : 0;
	task_list_deinit(&known->hidden);
	known->hidden = r->hidden;
	r->hidden = (struct task_list){ 0 };
}

static int hidden_add(struct task_list *list, const struct task_list *hidden)
{
	int error = 0;

	for (uint32_t i = 0; i < hidden->count && !error; i++)
		error = task_list_add(list, &hidden->tasks[i]);
	return error;
}

int reconcile(struct reconciler *known, struct task_list *list, uint64_t started_ns,
	      const struct probe *direct, struct hidden *ret)
{
	struct reconciliation r = {
		.known = known, .list = list, .started_ns = started_ns, .direct = direct
	};
	struct task_count count = { 0 };
	bool counted = loadavg_read(&count);

	if (counted && reconciler_holds(known, list, &count)) {
		known->age++;
	} else {
		int error = list_processes(&r);

		if (error) {
			task_list_deinit(&r.hidden);
			return error;
		}
		reconciler_learn(known, &r, counted, &count);
	}
	*ret = (struct hidden){ .added = known->hidden.count, .unreadable = r.unreadable };
	return hidden_add(list, &known->hidden);
}

void reconciler_deinit(struct reconciler *known)
{
	task_list_deinit(&known->hidden);
}
