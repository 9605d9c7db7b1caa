/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who has the address of the lock.
 *
 * Whoever holds a lock has its address to give it back with: in the used part of
 * its stack, or in a register that it will have again. The reverse is not true: a
 * reference that was passed on, or what an earlier call left in a frame, looks the
 * same. So somebody is named only if nobody else is left: of all threads of the
 * process but those who wait for this same lock, every one was read, and one has the
 * address; where the guard is a value of the language, it is also nowhere else in
 * memory, so that no guard was put away. That explains a deadlock, and never proves
 * one: EDGE_GUARD. It is wrong where one of those who wait for the lock has it
 * himself, and another thread had it before.
 *
 * To find one beside threads that live takes more, since custom then lets nobody
 * else end the wait. All who may hold the lock must be known, which is so if there
 * is such a guard (C may unlock by an address that it works out anew), and the lock
 * is on the heap (a static one is reached without any address): they are those who
 * have the address, or one of the object that the lock is part of, from which the
 * compiler may work it out.
 *
 * A thread that runs cannot be read, and then nobody is named: it may hold anything.
 * One that sleeps, and now and then works, is read in its sleep. The lock may have
 * been given to it since, but only by somebody who ran, too, and the next look tells.
 */
#include "kinds/guards.h"

#include <errno.h>

#include "kinds/guard_lock.h"
#include "kinds/lineup.h"
#include "kinds/reasons.h"

/* How many threads have the address; *ret_one is one of them. */
static uint32_t count_holders(const struct lineup *lineup, const struct suspect **ret_one)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < lineup->count; i++) {
		if (lineup->suspects[i].waits || !lineup->suspects[i].guard.where)
			continue;
		*ret_one = &lineup->suspects[i];
		count++;
	}
	return count;
}

static bool lock_is_on_heap(const struct lineup *lineup)
{
	const struct mapping *mapping;

	return !probe_mapping(lineup->context->probe, lineup->task->pid, lineup->lock->address,
			      &mapping) &&
	       !(mapping->flags & (MAPPING_FILE | MAPPING_BSS | MAPPING_SHARED));
}

static bool address_is_on_stacks_only(const struct lineup *lineup)
{
	struct answer answer;

	if (probe_search(lineup->context->probe, lineup->task->pid, lineup->lock->address,
			 &answer) ||
	    answer.partial)
		return false;

	const uint64_t *hits = answer.items;

	for (uint32_t i = 0; i < answer.count; i++)
		if (!lineup_is_stack(lineup, hits[i]))
			return false;
	return true;
}

static void holder_edge(const struct lineup *lineup, const struct suspect *holder,
			unsigned int flags, struct wait_builder *b)
{
	const struct stack_pointer *guard = &holder->guard;

	wait_edge_or_open(b, holder->task, RELATION_HOLDS, flags | EDGE_GUARD);
	wait_saw_own_memory(b, lineup->task, guard->where, &guard->value, sizeof(guard->value),
			    "the address of the lock, on the stack of who holds it");
}

static void rival_edges(const struct lineup *lineup, const struct suspect *named,
			struct wait_builder *b)
{
	struct object_range object = lineup_object(lineup);

	for (uint32_t i = 0; i < lineup->count; i++) {
		const struct suspect *suspect = &lineup->suspects[i];

		if (!suspect->waits && suspect != named &&
		    suspect_knows_object(suspect, lineup->lock->address, &object))
			wait_edge_or_open(b, suspect->task, RELATION_MAY_WAKE, EDGE_HOLDER);
	}
}

void guards_edges(const struct kind_context *context, const struct look_task *task,
		  const struct guard_lock *lock, struct wait_builder *b)
{
	const struct suspect *one = NULL;
	struct lineup lineup;
	int error = lineup_fill(&lineup, context, task, lock);

	if (error == -EAGAIN)
		wait_open(b, OPEN_BUSY);
	if (error)
		return;

	uint32_t count = count_holders(&lineup, &one);

	if (!count || (lock->guard_is_value && !address_is_on_stacks_only(&lineup)))
		return;

	bool complete = lock->guard_is_value && lock_is_on_heap(&lineup);

	if (count == 1)
		holder_edge(&lineup, one, complete ? EDGE_HOLDER : 0, b);
	if (complete)
		rival_edges(&lineup, count == 1 ? one : NULL, b);
}
