/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel side notes wakes by address space and address, so of shared memory
 * each mapping is asked about, under its own address of the word.
 */
#include "kinds/waker.h"

#include <stdio.h>
#include <string.h>

#define NS_PER_S 1000000000ULL

static void waker_ask(const struct kind_context *context, uint32_t pid, uint64_t address,
		      struct waker *latest)
{
	const struct waker *waker;

	if (!probe_waker(context->probe, pid, address, &waker) && waker->time_ns > latest->time_ns)
		*latest = *waker;
}

static void waker_ask_mappers(const struct kind_context *context, const struct look_task *task,
			      struct waker *latest)
{
	struct answer answer;

	if (probe_mappers(context->probe, task->object_dev, task->object_inode, &answer))
		return;

	const struct mapping *mappings = answer.items;

	for (uint32_t i = 0; i < answer.count; i++) {
		const struct mapping *mapping = &mappings[i];
		uint64_t offset = task->object_offset - mapping->offset;

		if (task->object_offset >= mapping->offset &&
		    offset < mapping->end - mapping->start)
			waker_ask(context, mapping->pid, mapping->start + offset, latest);
	}
}

static bool waker_is_there(const struct look *look, const struct waker *waker)
{
	uint32_t task = look_find(look, waker->tid);

	return task != NO_TASK && look->tasks[task].start_ns == waker->start_ns &&
	       !(look->tasks[task].flags & TASK_DEAD);
}

void waker_saw(const struct kind_context *context, const struct look_task *task, uint64_t address,
	       bool shared, struct wait_builder *b)
{
	struct waker latest = { 0 };

	if (!b->sink || !b->sink->history || !b->wait->edge_count)
		return;
	if (shared)
		waker_ask_mappers(context, task, &latest);
	else
		waker_ask(context, task->pid, address, &latest);
	if (!latest.time_ns || latest.time_ns > context->look->start_ns)
		return;
	wait_remember(b, "who last woke a task that waited for it",
		      "woken by %.*s[%u]%s %.1f s ago", TASK_NAME_LEN, latest.name, latest.tid,
		      waker_is_there(context->look, &latest) ? "" : ", which has ended,",
		      (double)(context->look->start_ns - latest.time_ns) / NS_PER_S);
}
