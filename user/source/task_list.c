/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Doubles when full: a look allocates a few times, not once a task.
 */
#include "source/task_list.h"

#include <errno.h>
#include <stdlib.h>

#include "bpf/event.h"

int task_list_reserve(struct task_list *list, uint32_t room)
{
	uint64_t capacity = list->capacity ? list->capacity : 1024;

	while (capacity < (uint64_t)list->count + room)
		capacity *= 2;
	if (capacity == list->capacity)
		return 0;
	if (capacity > UINT32_MAX)
		return -ENOMEM;

	struct look_task *tasks = realloc(list->tasks, capacity * sizeof(*tasks));

	if (!tasks)
		return -ENOMEM;
	list->tasks = tasks;
	list->capacity = (uint32_t)capacity;
	return 0;
}

void task_list_fit(struct task_list *list)
{
	struct look_task *tasks =
		list->count ? realloc(list->tasks, list->count * sizeof(*tasks)) : NULL;

	if (!tasks)
		return;
	list->tasks = tasks;
	list->capacity = list->count;
}

int task_list_add(struct task_list *list, const struct look_task *task)
{
	int error = task_list_reserve(list, 1);

	if (!error)
		list->tasks[list->count++] = *task;
	return error;
}

void task_list_deinit(struct task_list *list)
{
	free(list->tasks);
	*list = (struct task_list){ 0 };
}
