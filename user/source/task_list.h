/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A growing array of tasks. {} is an empty one; ended by task_list_deinit(), or
 * by somebody who takes `tasks`.
 */
#ifndef DLTRACE_TASK_LIST_H
#define DLTRACE_TASK_LIST_H

#include <stdint.h>

struct look_task;

struct task_list {
	struct look_task *tasks;
	uint32_t count;
	uint32_t capacity;
};

/* Makes room for at least `room` tasks after the last. 0 or -ENOMEM. */
int task_list_reserve(struct task_list *list, uint32_t room);
/* Gives back the room behind the last task. */
void task_list_fit(struct task_list *list);
/* 0 or -ENOMEM. */
int task_list_add(struct task_list *list, const struct look_task *task);
void task_list_deinit(struct task_list *list);

#endif /* DLTRACE_TASK_LIST_H */
