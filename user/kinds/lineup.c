/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The innermost frames are those of the wait itself: where they lie now, those of
 * earlier calls have lain, so what is there tells of locks that were given back long
 * ago. Nobody is named for it; but it may be all that there is to find, so it counts
 * where somebody is to be ruled out.
 */
#include "kinds/lineup.h"

#include <errno.h>

#include "kinds/heap_chunk.h"

#define WAIT_FRAMES   96   /* bytes */
#define STARTS_MOST   8	   /* from which the object is looked for */
#define OBJECT_BEFORE 4096 /* how far before the lock it may begin, if nobody knows ... */
#define OBJECT_BEHIND 64   /* ... and how far behind it one may point */

static const struct stack_pointer *pointers_of(const struct suspect *suspect)
{
	return suspect->pointers.items;
}

static bool is_stack_of(const struct suspect *suspect, uint64_t address)
{
	const struct stack_pointer *stack = pointers_of(suspect);

	return stack->where <= address && address < stack->value;
}

bool lineup_is_stack(const struct lineup *lineup, uint64_t address)
{
	for (uint32_t i = 0; i < lineup->count; i++)
		if (is_stack_of(&lineup->suspects[i], address))
			return true;
	return false;
}

static int suspect_read(const struct lineup *lineup, struct suspect *suspect)
{
	const struct look_task *task = &lineup->context->look->tasks[suspect->task];

	int error = probe_pointers(lineup->context->probe, task->tid, &suspect->pointers);

	/* without registers, for it is on a CPU */
	if (error == -ESRCH)
		error = -EAGAIN;
	if (!error && suspect->pointers.partial)
		error = -E2BIG;
	if (error)
		return error;

	const struct stack_pointer *pointers = pointers_of(suspect);

	for (uint32_t i = 1; i < suspect->pointers.count; i++) {
		if (pointers[i].value != lineup->lock->address ||
		    pointers[i].where < task->sp + WAIT_FRAMES)
			continue;
		suspect->guard = pointers[i];
		return 0;
	}
	return 0;
}

int lineup_fill(struct lineup *lineup, const struct kind_context *context,
		const struct look_task *task, const struct guard_lock *lock)
{
	const struct look *look = context->look;
	const struct process *process = look_process(look, task->pid);

	*lineup = (struct lineup){ .context = context, .task = task, .lock = lock };
	if (!process || process->count > LINEUP_MOST || task->mm_users > process->count)
		return -E2BIG;
	for (uint32_t i = process->first; i < process->first + process->count; i++) {
		struct suspect *suspect = &lineup->suspects[lineup->count];

		if (look->tasks[i].flags & TASK_DEAD)
			continue;
		*suspect = (struct suspect){ .task = i,
					     .waits = guard_lock_same(&look->tasks[i], lock) };

		int error = suspect_read(lineup, suspect);

		if (error)
			return error;
		lineup->count++;
	}
	return 0;
}

/* The highest address below `below` that somebody has, if the object may begin there; or 0. */
static uint64_t start_before(const struct lineup *lineup, uint64_t below)
{
	uint64_t best = 0;

	for (uint32_t i = 0; i < lineup->count; i++) {
		const struct stack_pointer *pointers = pointers_of(&lineup->suspects[i]);

		for (uint32_t p = 1; p < lineup->suspects[i].pointers.count; p++)
			if (pointers[p].value < below && pointers[p].value > best)
				best = pointers[p].value;
	}
	return best + OBJECT_BEFORE > lineup->lock->address ? best : 0;
}

/* By the allocator's headers, from whatever pieces somebody has the beginning of. */
struct object_range lineup_object(const struct lineup *lineup)
{
	uint64_t lock = lineup->lock->address, start = lock + 1;
	struct object_range object = { lock, lock };

	for (int tries = 0; tries < STARTS_MOST; tries++) {
		uint64_t begin, end;

		start = start_before(lineup, start);
		if (!start)
			break;
		if (!heap_chunk_find(lineup->context, lineup->task->pid, start, lock, &begin, &end))
			continue;
		if (begin < object.begin)
			object.begin = begin;
		if (end > object.end)
			object.end = end;
	}
	if (object.end == lock)
		object = (struct object_range){ lock - OBJECT_BEFORE, lock + OBJECT_BEHIND };
	return object;
}

bool suspect_knows_object(const struct suspect *suspect, uint64_t lock,
			  const struct object_range *object)
{
	const struct stack_pointer *pointers = pointers_of(suspect);

	/* what lies in its own frames it needs no address for */
	if (is_stack_of(suspect, lock))
		return true;
	for (uint32_t i = 1; i < suspect->pointers.count; i++)
		if (pointers[i].value >= object->begin && pointers[i].value <= object->end)
			return true;
	return false;
}
