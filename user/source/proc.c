/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A look by way of /proc: slower than the iterator, and it tells less. Nothing
 * says when a task went to sleep, so a wait is dated by the first look that saw
 * it with this number of context switches.
 */
#include "source/proc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/kind.h"
#include "core/look.h"
#include "core/probe.h"
#include "source/boot.h"
#include "source/id_dir.h"
#include "source/proc_task.h"
#include "source/task_list.h"

#define NS_PER_S 1000000000ULL

/* A sleeping task as an earlier look saw it. */
struct sleeper {
	uint64_t start_ns;
	uint64_t switches;
	uint64_t seen_ns; /* CLOCK_MONOTONIC, first with these switches */
	uint32_t tid;
};

struct proc_source {
	uint64_t boot_id;
	struct sleeper *sleepers; /* by tid */
	uint32_t sleeper_count;
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

struct proc_source *proc_source_new(void)
{
	struct proc_source *source = calloc(1, sizeof(*source));

	if (source)
		source->boot_id = boot_id_hash();
	return source;
}

void proc_source_free(struct proc_source *source)
{
	if (source)
		free(source->sleepers);
	free(source);
}

/* *ret_unread counts tasks of which there is no more than that they are there. */
static int process_add(const struct probe *probe, struct task_list *list, uint32_t pid,
		       uint32_t *ret_unread)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/task", pid);

	_cleanup_dir_ DIR *dir = opendir(path);
	/* /proc does not tell who is a subreaper: any may be. */
	uint32_t unseen = TASK_SUBREAPER;
	int error = 0;

	for (uint32_t tid; dir && !error && (tid = dir_next_id(dir));) {
		struct look_task task;
		int failed = proc_task_read_call(probe, pid, tid, &task);

		if (!failed) {
			/* the leader comes first, and tells of all */
			unseen |= task.flags & TASK_ASYNC_IO;
			task.flags |= unseen;
			error = task_list_add(list, &task);
		}
		*ret_unread += failed ? failed != -ESRCH : !!(task.flags & TASK_FROM_PROC);
	}
	return error;
}

static int tasks_read(const struct probe *probe, struct task_list *list, uint32_t *ret_unread)
{
	_cleanup_dir_ DIR *dir = opendir("/proc");
	int error = dir ? 0 : -errno;

	for (uint32_t pid; !error && (pid = dir_next_id(dir));)
		error = process_add(probe, list, pid, ret_unread);
	return error;
}

/* What the kernel side would have told of the word (bpf/object.h). */
static void object_read(const struct probe *probe, struct look_task *task)
{
	const struct mapping *mapping;
	uint64_t address = task->args[0];

	if (probe_mapping(probe, task->pid, address, &mapping))
		return;
	task->object_flags = OBJECT_MAPPED;
	task->object_flags |= mapping->flags & MAPPING_SHARED ? OBJECT_SHARED : 0;
	task->object_flags |= mapping->inode ? OBJECT_FILE : 0;
	task->object_inode = mapping->inode;
	task->object_dev = mapping->dev;
	task->object_nlink = mapping->nlink;
	task->object_offset = address - mapping->start + mapping->offset;
	if (mapping->flags & MAPPING_DENIED) {
		task->object_flags |= OBJECT_DENIED;
		return;
	}

	/* As in place_is_readable(). */
	if (mapping->inode && !(mapping->flags & (MAPPING_SHARED | MAPPING_WRITE)))
		return;

	size_t length = mapping->end - address < OBJECT_LEN ? mapping->end - address : OBJECT_LEN;

	if (probe_memory(probe, task->pid, address, task->object, length))
		task->object_flags |= OBJECT_FAULT;
	else
		task->object_flags |= length < OBJECT_LEN ? OBJECT_READ | OBJECT_CUT : OBJECT_READ;
}

static bool waits_for_word(const struct look_task *task)
{
	enum call call = call_of(task);

	return task->flags & TASK_SLEEPING && !(task->flags & TASK_FROM_PROC) &&
	       (call == CALL_FUTEX || call == CALL_FUTEX_WAIT);
}

static void objects_read(const struct probe *probe, struct task_list *list)
{
	for (uint32_t i = 0; i < list->count; i++)
		if (waits_for_word(&list->tasks[i]))
			object_read(probe, &list->tasks[i]);
}

/*
 * pthread_join() waits at the word that the kernel clears when the thread ends and that until then
 * holds its tid: which word that is, only the waiter tells here.
 */
static void joined_mark(struct task_list *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		const struct look_task *waiter = &list->tasks[i];
		uint32_t word;

		memcpy(&word, waiter->object, sizeof(word));
		if (!(waiter->object_flags & OBJECT_READ) || !word ||
		    word != (uint32_t)waiter->args[2])
			continue;
		for (uint32_t j = 0; j < list->count; j++)
			if (list->tasks[j].pid == waiter->pid && list->tasks[j].ns_tid == word)
				list->tasks[j].clear_child_tid = waiter->args[0];
	}
}

static int compare_sleepers(const void *a, const void *b)
{
	const struct sleeper *x = a, *y = b;

	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

/* Dates each sleeper, and remembers it for the next look. */
static int sleepers_date(struct proc_source *source, struct task_list *list, uint64_t now_ns)
{
	struct sleeper *sleepers = malloc((list->count + 1) * sizeof(*sleepers));
	uint32_t count = 0;

	if (!sleepers)
		return -ENOMEM;
	for (uint32_t i = 0; i < list->count; i++) {
		struct look_task *task = &list->tasks[i];
		struct sleeper key = { .tid = task->tid };
		const struct sleeper *before;

		if (!(task->flags & TASK_SLEEPING))
			continue;
		before = source->sleeper_count
				 ? bsearch(&key, source->sleepers, source->sleeper_count,
					   sizeof(key), compare_sleepers)
				 : NULL;
		task->slept_ns = before && before->start_ns == task->start_ns &&
						 before->switches == task->switches
					 ? before->seen_ns
					 : now_ns;
		sleepers[count++] = (struct sleeper){ .start_ns = task->start_ns,
						      .switches = task->switches,
						      .seen_ns = task->slept_ns,
						      .tid = task->tid };
	}
	if (count)
		qsort(sleepers, count, sizeof(*sleepers), compare_sleepers);
	free(source->sleepers);
	source->sleepers = sleepers;
	source->sleeper_count = count;
	return 0;
}

int proc_source_look(struct proc_source *source, const struct probe *direct,
		     const struct probe *probe, struct look *ret)
{
	__attribute__((cleanup(task_list_deinit))) struct task_list list = { 0 };
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC), wall_ns = clock_ns(CLOCK_REALTIME);
	uint32_t unread = 0;
	int error = tasks_read(direct, &list, &unread);

	if (!error)
		error = sleepers_date(source, &list, start_ns);
	if (error)
		return error;
	objects_read(probe, &list);
	joined_mark(&list);
	error = look_init(ret, TAKE_PTR(list.tasks), list.count);
	if (error)
		return error;
	ret->start_ns = start_ns;
	ret->wall_ns = wall_ns;
	ret->boot_id = source->boot_id;
	ret->self_pid = (uint32_t)getpid();
	if (unread)
		ret->incomplete |= 1ULL << INCOMPLETE_PRIVILEGE;
	return 0;
}

bool proc_source_suffices(const struct probe *probe, const uint32_t *pids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct look_task task;
		const char *state;

		/* who may be asked and does not answer is one's own, too */
		if (probe_state(probe, pids[i], pids[i], &state) == -ETIMEDOUT)
			continue;
		if (proc_task_read_call(probe, pids[i], pids[i], &task) ||
		    task.flags & TASK_FROM_PROC)
			return false;
	}
	return count > 0;
}
