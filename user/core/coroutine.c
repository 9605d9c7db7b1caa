/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/coroutine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void coroutine_begin(const struct coroutine_frame *item, struct coroutine *ret)
{
	name_copy(ret->name, sizeof(ret->name), item->name);
	name_copy(ret->awaits, sizeof(ret->awaits), item->awaits);
	name_copy(ret->holder, sizeof(ret->holder), item->holder);
	ret->state = item->state < COROUTINE_STATES ? (uint8_t)item->state : COROUTINE_WAITS;
}

int coroutines_take(const struct coroutine_frame *items, size_t count, struct coroutines *ret)
{
	struct coroutines taken = { .tasks = calloc(count + 1, sizeof(*taken.tasks)),
				    .frames = calloc(count + 1, sizeof(*taken.frames)) };

	if (!taken.tasks || !taken.frames) {
		coroutines_deinit(&taken);
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		if (!i || items[i].task != items[i - 1].task) {
			taken.tasks[taken.count].frames = &taken.frames[i];
			coroutine_begin(&items[i], &taken.tasks[taken.count++]);
		}
		taken.frames[i] = items[i].frame;
		taken.tasks[taken.count - 1].frame_count++;
	}
	*ret = taken;
	return 0;
}

int coroutines_copy(const struct coroutines *coroutines, struct coroutines *ret)
{
	size_t frames = 0;
	struct coroutines copy = *coroutines;

	for (size_t i = 0; i < copy.count; i++)
		frames += copy.tasks[i].frame_count;
	copy.tasks = calloc(copy.count + 1, sizeof(*copy.tasks));
	copy.frames = calloc(frames + 1, sizeof(*copy.frames));
	if (!copy.tasks || !copy.frames) {
		coroutines_deinit(&copy);
		return -ENOMEM;
	}
	for (size_t i = 0; i < copy.count; i++) {
		copy.tasks[i] = coroutines->tasks[i];
		copy.tasks[i].frames =
			copy.frames + (coroutines->tasks[i].frames - coroutines->frames);
	}
	if (frames)
		memcpy(copy.frames, coroutines->frames, frames * sizeof(*copy.frames));
	*ret = copy;
	return 0;
}

void coroutines_deinit(struct coroutines *coroutines)
{
	free(coroutines->tasks);
	free(coroutines->frames);
	*coroutines = (struct coroutines){ 0 };
}
