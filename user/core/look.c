/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Indexing a look: by tid, by process, by parent, all with linear sorts.
 */
#include "core/look.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/sort.h"

const char *const incomplete_name[INCOMPLETE_REASONS] = {
	[INCOMPLETE_HIDDEN_TASKS] = "hidden-tasks", [INCOMPLETE_LOOK_CUT] = "look-cut",
	[INCOMPLETE_EVENTS_LOST] = "events-lost",   [INCOMPLETE_QUARANTINE] = "quarantine",
	[INCOMPLETE_PRIVILEGE] = "privilege",
};

static bool tasks_are_sorted(const struct look_task *tasks, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		const struct look_task *a = &tasks[i - 1], *b = &tasks[i];

		if (a->pid > b->pid || (a->pid == b->pid && a->tid >= b->tid))
			return false;
	}
	return true;
}

/* Drops all but the last record of each tid; order is by tid. Returns how many are left. */
static uint32_t tasks_drop(struct look_task *tasks, uint32_t count, const uint32_t *order,
			   uint8_t *dropped)
{
	uint32_t kept = 0;

	memset(dropped, 0, count);
	for (uint32_t i = 0; i + 1 < count; i++)
		dropped[order[i]] = tasks[order[i]].tid == tasks[order[i + 1]].tid;
	for (uint32_t i = 0; i < count; i++) {
		if (dropped[i])
			continue;
		if (kept != i)
			tasks[kept] = tasks[i];
		kept++;
	}
	return kept;
}

/* Moves tasks[order[i]] to place i, along the cycles of the permutation; order is spent. */
static void tasks_permute(struct look_task *tasks, uint32_t count, uint32_t *order)
{
	for (uint32_t i = 0; i < count; i++) {
		if (order[i] == i)
			continue;

		const struct look_task first = tasks[i];
		uint32_t at = i;

		for (uint32_t from; (from = order[at]) != i; at = from) {
			tasks[at] = tasks[from];
			order[at] = at;
		}
		tasks[at] = first;
		order[at] = at;
	}
}

/* Where each of tasks belongs by tid, and then by pid as well. */
static void order_by_tid(const struct look_task *tasks, uint32_t count, uint32_t *order,
			 uint32_t *keys, uint32_t *scratch)
{
	for (uint32_t i = 0; i < count; i++) {
		order[i] = i;
		keys[i] = tasks[i].tid;
	}
	sort_indices(order, count, keys, scratch);
}

static void order_by_pid_too(const struct look_task *tasks, uint32_t count, uint32_t *order,
			     uint32_t *keys, uint32_t *scratch)
{
	for (uint32_t i = 0; i < count; i++)
		keys[i] = tasks[i].pid;
	sort_indices(order, count, keys, scratch);
}

/*
 * Sorts tasks by pid, then tid, and drops all but the last record of each tid. In place: of tens
 * of thousands a second array would have to be got from the kernel, page by page, at each look.
 */
static int tasks_sort(struct look_task *tasks, uint32_t *count)
{
	uint32_t n = *count;

	if (n < 2)
		return 0;

	_cleanup_free_ uint32_t *order = malloc(n * sizeof(*order));
	_cleanup_free_ uint32_t *scratch = malloc(n * sizeof(*scratch));
	_cleanup_free_ uint32_t *keys = malloc(n * sizeof(*keys));

	if (!order || !scratch || !keys)
		return -ENOMEM;
	order_by_tid(tasks, n, order, keys, scratch);
	*count = tasks_drop(tasks, n, order, (uint8_t *)scratch);
	if (*count < n)
		order_by_tid(tasks, *count, order, keys, scratch);
	order_by_pid_too(tasks, *count, order, keys, scratch);
	tasks_permute(tasks, *count, order);
	return 0;
}

/* An index 0 .. count-1 sorted by keys; keys are given back to the caller's buffer. */
static uint32_t *index_new(uint32_t count, const uint32_t *keys)
{
	_cleanup_free_ uint32_t *scratch = malloc((count + 1) * sizeof(*scratch));
	uint32_t *index = malloc((count + 1) * sizeof(*index));

	if (!scratch || !index) {
		free(index);
		return NULL;
	}
	for (uint32_t i = 0; i < count; i++)
		index[i] = i;
	sort_indices(index, count, keys, scratch);
	return index;
}

/* The parent of a process is that of any of its tasks; a dying leader may have lost its own. */
static uint32_t processes_collect(const struct look *look, struct process *processes)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < look->task_count; i++) {
		const struct look_task *task = &look->tasks[i];

		if (!count || processes[count - 1].pid != task->pid)
			processes[count++] = (struct process){ .pid = task->pid,
							       .ppid = task->ppid,
							       .first = i };
		processes[count - 1].count++;
	}
	return count;
}

/* Containers count their tasks from 1 each, so many have the same number. */
static uint32_t *nested_new(struct look *look, uint32_t *keys)
{
	_cleanup_free_ uint32_t *scratch = malloc((look->task_count + 1) * sizeof(*scratch));
	uint32_t *nested = malloc((look->task_count + 1) * sizeof(*nested));
	uint32_t count = 0;

	if (!scratch || !nested) {
		free(nested);
		return NULL;
	}
	for (uint32_t i = 0; i < look->task_count; i++) {
		keys[i] = look->tasks[i].ns_tid;
		if (look->tasks[i].ns_level && look->tasks[i].ns_tid)
			nested[count++] = i;
	}
	sort_indices(nested, count, keys, scratch);
	look->nested_count = count;
	return nested;
}

static uint64_t thread_pointer_of(const struct look_task *task)
{
	return task->thread_pointer;
}

static uint64_t cleared_word_of(const struct look_task *task)
{
	return task->clear_child_tid;
}

static int look_index(struct look *look)
{
	uint32_t n = look->task_count;
	_cleanup_free_ uint32_t *keys = malloc((n + 1) * sizeof(*keys));

	look->processes = malloc((n + 1) * sizeof(*look->processes));
	if (!keys || !look->processes)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		keys[i] = look->tasks[i].tid;
	look->by_tid = index_new(n, keys);
	look->process_count = processes_collect(look, look->processes);
	for (uint32_t i = 0; i < look->process_count; i++)
		keys[i] = look->processes[i].ppid;
	look->by_parent = index_new(look->process_count, keys);
	look->nested = nested_new(look, keys);
	if (!look->by_tid || !look->by_parent || !look->nested ||
	    thread_index_init(&look->by_thread_pointer, look, thread_pointer_of) ||
	    thread_index_init(&look->by_cleared_word, look, cleared_word_of))
		return -ENOMEM;
	return 0;
}

static void look_unindex(struct look *look)
{
	free(look->by_tid);
	free(look->processes);
	free(look->by_parent);
	free(look->nested);
	thread_index_deinit(&look->by_thread_pointer);
	thread_index_deinit(&look->by_cleared_word);
	look->by_tid = look->by_parent = look->nested = NULL;
	look->processes = NULL;
}

static bool tids_are_unique(const struct look *look)
{
	for (uint32_t i = 1; i < look->task_count; i++)
		if (look->tasks[look->by_tid[i - 1]].tid == look->tasks[look->by_tid[i]].tid)
			return false;
	return true;
}

int look_init(struct look *look, struct look_task *tasks, uint32_t count)
{
	*look = (struct look){ .tasks = tasks, .task_count = count };

	int err = tasks_are_sorted(tasks, count) ? 0 : tasks_sort(look->tasks, &look->task_count);

	if (!err)
		err = look_index(look);
	/* a tid can end in one process and begin in another while the pass goes on */
	if (!err && !tids_are_unique(look)) {
		look_unindex(look);
		err = tasks_sort(look->tasks, &look->task_count);
		if (!err)
			err = look_index(look);
	}
	if (err)
		look_deinit(look);
	return err;
}

void look_deinit(struct look *look)
{
	look_unindex(look);
	free(look->tasks);
	*look = (struct look){ 0 };
}

uint32_t look_find(const struct look *look, uint32_t tid)
{
	uint32_t low = 0, high = look->task_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		uint32_t there = look->tasks[look->by_tid[middle]].tid;

		if (there == tid)
			return look->by_tid[middle];
		if (there < tid)
			low = middle + 1;
		else
			high = middle;
	}
	return NO_TASK;
}

const struct process *look_process(const struct look *look, uint32_t pid)
{
	uint32_t low = 0, high = look->process_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct process *process = &look->processes[middle];

		if (process->pid == pid)
			return process;
		if (process->pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

uint32_t look_children(const struct look *look, uint32_t pid, uint32_t *ret_first)
{
	uint32_t low = 0, high = look->process_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (look->processes[look->by_parent[middle]].ppid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_first = low;
	while (high < look->process_count && look->processes[look->by_parent[high]].ppid == pid)
		high++;
	return high - low;
}

static uint32_t find_nested(const struct look *look, uint64_t pid_ns, uint32_t number)
{
	uint32_t low = 0, high = look->nested_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (look->tasks[look->nested[middle]].ns_tid < number)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < look->nested_count; low++) {
		const struct look_task *task = &look->tasks[look->nested[low]];

		if (task->ns_tid != number)
			break;
		if (task->pid_ns == pid_ns)
			return look->nested[low];
	}
	return NO_TASK;
}

uint32_t look_find_in_namespace(const struct look *look, uint32_t viewer, uint32_t number,
				bool *ret_known)
{
	const struct look_task *task = &look->tasks[viewer];

	*ret_known = !task->ns_level || task->ns_tid;
	if (!task->ns_level)
		return look_find(look, number);
	return *ret_known ? find_nested(look, task->pid_ns, number) : NO_TASK;
}

uint32_t look_find_thread(const struct look *look, const struct process *process,
			  uint64_t thread_pointer)
{
	return thread_index_find(&look->by_thread_pointer, look, process, thread_pointer);
}

uint32_t look_find_clearing(const struct look *look, const struct process *process, uint64_t word)
{
	return thread_index_find(&look->by_cleared_word, look, process, word);
}

bool process_is_dead(const struct look *look, const struct process *process)
{
	for (uint32_t i = process->first; i < process->first + process->count; i++)
		if (!(look->tasks[i].flags & TASK_DEAD))
			return false;
	return true;
}
