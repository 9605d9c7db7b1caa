/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Few at a time, so a plain array.
 */
#include "core/active.h"

#include <errno.h>
#include <stdlib.h>

void active_deinit(struct active *active)
{
	for (size_t i = 0; i < active->count; i++)
		deadlock_free(active->items[i]);
	free(active->items);
	*active = (struct active){ 0 };
}

struct deadlock *active_find(const struct active *active, uint64_t id)
{
	for (size_t i = 0; i < active->count; i++)
		if (active->items[i]->id == id)
			return active->items[i];
	return NULL;
}

int active_put(struct active *active, struct deadlock *deadlock)
{
	for (size_t i = 0; i < active->count; i++) {
		if (active->items[i]->id == deadlock->id) {
			deadlock_free(active->items[i]);
			active->items[i] = deadlock;
			return 0;
		}
	}
	if (active->count == active->capacity) {
		size_t capacity = active->capacity ? 2 * active->capacity : 8;
		struct deadlock **items = reallocarray(active->items, capacity, sizeof(*items));

		if (!items)
			return -ENOMEM;
		active->items = items;
		active->capacity = capacity;
	}
	active->items[active->count++] = deadlock;
	return 0;
}

struct deadlock *active_remove(struct active *active, size_t i)
{
	struct deadlock *removed = active->items[i];

	active->items[i] = active->items[--active->count];
	return removed;
}

bool deadlock_stands(const struct deadlock *deadlock, const struct look *look)
{
	for (size_t i = 0; i < deadlock->cause_count; i++) {
		const struct look_task *then = &deadlock->causes[i].task;
		uint32_t now = look_find(look, then->tid);

		if (now == NO_TASK || look->tasks[now].start_ns != then->start_ns ||
		    (look->tasks[now].switches != then->switches && !deadlock->causes[i].retry) ||
		    look->tasks[now].flags & (TASK_DEAD | TASK_EXITING))
			return false;
	}
	return true;
}
