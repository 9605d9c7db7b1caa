/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts that a recording by hand leaves to us: how many tasks share an address
 * space, a descriptor table, a process.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/cleanup.h"
#include "core/record.h"

struct user {
	uint64_t id;
	uint32_t task;
};

static uint64_t mm_of(const struct look_task *task)
{
	return task->mm;
}

static uint64_t files_of(const struct look_task *task)
{
	return task->files;
}

static uint64_t pid_of(const struct look_task *task)
{
	return task->pid;
}

static const struct {
	uint64_t (*id)(const struct look_task *task);
	size_t count_offset;
} counts[] = {
	{ mm_of, offsetof(struct look_task, mm_users) },
	{ files_of, offsetof(struct look_task, files_users) },
	{ pid_of, offsetof(struct look_task, threads) },
};

static uint32_t *count_at(struct look_task *task, size_t offset)
{
	return (uint32_t *)((char *)task + offset);
}

static int compare_users(const void *a, const void *b)
{
	uint64_t x = ((const struct user *)a)->id, y = ((const struct user *)b)->id;

	return x < y ? -1 : x > y;
}

/* users are sorted by id: each run of equal ids is as many users. Id 0 has none. */
static void runs_count(struct look_task *tasks, const struct user *users, uint32_t count,
		       size_t offset)
{
	for (uint32_t first = 0, end; first < count; first = end) {
		for (end = first; end < count && users[end].id == users[first].id; end++)
			;
		for (uint32_t i = first; i < end; i++) {
			uint32_t *number = count_at(&tasks[users[i].task], offset);

			if (*number == RECORD_COUNT_UNKNOWN)
				*number = users[first].id ? end - first : 0;
		}
	}
}

int record_count_users(struct look_task *tasks, uint32_t count)
{
	_cleanup_free_ struct user *users = NULL;

	for (size_t c = 0; c < sizeof(counts) / sizeof(*counts); c++) {
		uint32_t i = 0;

		while (i < count &&
		       *count_at(&tasks[i], counts[c].count_offset) != RECORD_COUNT_UNKNOWN)
			i++;
		if (i == count)
			continue;
		if (!users)
			users = malloc(count * sizeof(*users));
		if (!users)
			return -ENOMEM;
		for (i = 0; i < count; i++)
			users[i] = (struct user){ .id = counts[c].id(&tasks[i]), .task = i };
		qsort(users, count, sizeof(*users), compare_users);
		runs_count(tasks, users, count, counts[c].count_offset);
	}
	return 0;
}
