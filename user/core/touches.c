/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hash set of a fixed size with linear probing, at most three quarters full.
 */
#include "core/touches.h"

#include <stdlib.h>

#include "core/graph.h"

#define SLOTS (1u << 16)

void touches_deinit(struct touches *touches)
{
	free(touches->slots);
	*touches = (struct touches){ 0 };
}

static uint64_t touch_key(uint64_t object, const struct look_task *task)
{
	return mix64(mix64(mix64(3, object), task->tid), task->start_ns) | 1;
}

static uint32_t slot_find(const struct touches *touches, uint64_t key)
{
	uint32_t slot = (uint32_t)(key >> 20) & (SLOTS - 1);

	while (touches->slots[slot] && touches->slots[slot] != key)
		slot = (slot + 1) & (SLOTS - 1);
	return slot;
}

void touches_add(struct touches *touches, uint64_t object, const struct look_task *task)
{
	if (!touches->slots)
		touches->slots = calloc(SLOTS, sizeof(*touches->slots));
	if (!touches->slots || touches->count >= SLOTS / 4 * 3) {
		touches->full = true;
		return;
	}

	uint64_t key = touch_key(object, task);
	uint32_t slot = slot_find(touches, key);

	touches->count += !touches->slots[slot];
	touches->slots[slot] = key;
}

bool touches_has(const struct touches *touches, uint64_t object, const struct look_task *task)
{
	if (touches->full || !touches->slots)
		return true;
	return touches->slots[slot_find(touches, touch_key(object, task))];
}
