/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The semaphores of Python's multiprocessing: Lock, RLock, Semaphore, and what
 * is made of them (Condition, Event, Barrier, Queue). Whoever maps one may post
 * it. Custom has it that a Lock is released by whoever took it, and an RLock
 * lets nobody else do so.
 *
 * Nothing is said before the search, since a holder, once found, is responsible
 * whatever else could end the wait.
 */
#include <stdio.h>

#include "kinds/futex_call.h"
#include "kinds/kinds.h"
#include "kinds/mappers.h"
#include "kinds/python_bonds.h"
#include "kinds/reasons.h"
#include "kinds/sem_word.h"
#include "kinds/waker.h"
#include "kinds/semlock_holder.h"
#include "kinds/signals.h"

static const char *const pythons[] = { "python", "pypy", NULL };

static bool semlock_recognise(const struct kind_context *context, const struct look_task *task)
{
	struct futex_call call;
	struct sem_word word;

	(void)context;
	return sem_word_decode(task, &call, &word) && !call.timed &&
	       futex_call_scope(task, &call) == FUTEX_SCOPE_FILE;
}

static void saw_object(const struct semlock *semlock, struct wait_builder *b)
{
	static const char *const meanings[] = { "SemLock.count is 0", "SemLock.count is 1" };
	const char *meaning = semlock->count == 0 || semlock->count == 1
				      ? meanings[semlock->count]
				      : "SemLock.count: acquired less released by this process";

	wait_saw_memory(b, semlock->pid, semlock->address + SEMLOCK_COUNT_OFFSET, &semlock->count,
			sizeof(semlock->count), meaning);
}

/* The with statement of the lock in which its holder is, if it is in one. */
static void saw_since(const struct kind_context *context, const struct semlock *taken,
		      struct wait_builder *b)
{
	const struct interpreter *interpreter;
	struct answer answer;

	if (!b->sink || probe_interpreter(context->probe, taken->pid, &interpreter) ||
	    !(interpreter->flags & INTERPRETER_KNOWN) ||
	    probe_python_locks(context->probe, taken->pid, &answer))
		return;

	const struct python_lock *locks = answer.items;

	for (uint32_t i = 0; i < answer.count; i++)
		if (locks[i].bond == PYTHON_WITH && locks[i].object == taken->address &&
		    *locks[i].since)
			wait_held_since(b, locks[i].since);
}

/* The object that names the holder first, then those of all others. */
static void saw_objects(const struct kind_context *context, const struct semlock_list *list,
			const struct semlock *taken, struct wait_builder *b)
{
	if (taken) {
		saw_object(taken, b);
		saw_since(context, taken, b);
		wait_saw_memory(b, taken->pid, taken->address + SEMLOCK_LAST_TID_OFFSET,
				&taken->last_tid, sizeof(taken->last_tid),
				"SemLock.last_tid: pthread_self() of whoever took it");
	}
	for (size_t i = 0; i < list->count; i++)
		if (&list->items[i] != taken)
			saw_object(&list->items[i], b);
}

/*
 * Only its holder releases an RLock, so the mappers are no wakers. But to be sure of a dead holder
 * none of them must be missing, and a name lets strangers in.
 */
static void resolve_recursive(const struct kind_context *context, const struct look_task *task,
			      enum semlock_state state, struct wait_builder *b)
{
	uint32_t group;
	int error = mappers_group(context, task, &group);

	if (error) {
		wait_open_error(b, error);
		return;
	}
	if (state == SEMLOCK_ORPHANED)
		wait_open_like_group(b, group);
	mappers_open_named(context, task, group, b);
}

static void may_post(const struct kind_context *context, const struct look_task *task,
		     struct wait_builder *b)
{
	mappers_edge(context, task, b, RELATION_MAY_POST);
	waker_saw(context, task, task->args[0], true, b);
}

static void resolve_holder(const struct kind_context *context, const struct look_task *task,
			   struct wait_builder *b)
{
	__attribute__((cleanup(semlock_list_deinit))) struct semlock_list list = { 0 };
	struct semlock_holder holder = semlock_holder_find(context, task, &list);
	unsigned int flags = holder.recursive ? EDGE_HOLDER | EDGE_CAN_END : EDGE_HOLDER;

	if (holder.state == SEMLOCK_NOT_KNOWN) {
		may_post(context, task, b);
		saw_objects(context, &list, NULL, b);
		return;
	}
	if (holder.state == SEMLOCK_ORPHANED)
		holder.node = graph_dead(context->graph, b->wait->object, DEAD_UNNAMED);
	wait_edge_or_open(b, holder.node, RELATION_HOLDS, flags);
	saw_objects(context, &list, holder.taken, b);
	mappers_saw_count(context, task, b);
	if (holder.recursive)
		resolve_recursive(context, task, holder.state, b);
	else
		may_post(context, task, b);
}

static enum cost semlock_resolve(const struct kind_context *context, const struct look_task *task,
				 enum cost budget, struct wait_builder *b)
{
	struct futex_call call;
	struct sem_word word;
	const char *program = "";

	if (!sem_word_decode(task, &call, &word)) {
		wait_open(b, OPEN_BUSY);
		return COST_DONE;
	}
	if (budget >= COST_READ)
		probe_program(context->probe, task->pid, &program);
	if (budget >= COST_READ && !program_is(program, pythons)) {
		b->wait->kind = WAIT_SEM;
		return sem_kind.resolve(context, task, budget, b);
	}
	sem_word_resolve(task, &call, &word, b);
	if (word.value)
		return COST_DONE;
	if (budget < COST_SEARCH)
		return budget < COST_READ ? COST_READ : COST_SEARCH;
	resolve_holder(context, task, b);
	signals_resolve(context, task, budget, b, HANDLER_MAY_END);
	return COST_DONE;
}

static const char *const type_text[PYTHON_LOCK_TYPES] = {
	[PYTHON_SHARED_LOCK] = "Lock",
	[PYTHON_SHARED_RLOCK] = "RLock",
	[PYTHON_SHARED_SEMAPHORE] = "Semaphore",
};

static void semlock_describe(const struct kind_context *context, const struct look_task *task,
			     char *ret, size_t size)
{
	const struct interpreter *interpreter;
	const struct python_lock *seen = NULL;
	struct python_bonds bonds;
	char what[PYTHON_NAME_LEN + 16] = "semaphore";

	if (!probe_interpreter(context->probe, task->pid, &interpreter) &&
	    interpreter->flags & INTERPRETER_KNOWN &&
	    !python_bonds_find(context, task, interpreter, &bonds))
		seen = bonds.seen;
	if (seen && seen->type >= PYTHON_SHARED_LOCK)
		snprintf(what, sizeof(what), "%s%s%s at", type_text[seen->type],
			 seen->name[0] ? " " : "", seen->name);
	futex_call_describe(task, what, ret, size);
}

const struct kind semlock_kind = {
	.kind = WAIT_SEMLOCK,
	.wchan = futex_wchan,
	.recognise = semlock_recognise,
	.resolve = semlock_resolve,
	.describe = semlock_describe,
};
