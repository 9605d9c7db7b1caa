/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The locks of Python's threads. Up to 3.12 all of them are semaphores: of
 * threading.Lock, of RLock, and of a thread that is joined. Whoever waits for one
 * looks like whoever waits for any sem_t, and only the interpreter knows more:
 *   - an RLock, a module that is imported and a thread that is joined name who
 *     alone ends the wait;
 *   - a Lock may be released by any thread, but custom has it that whoever is
 *     inside a with statement of it does so;
 *   - of a Lock of which there is no trace nobody knows: that is normal for those
 *     by which Condition, Event and queues wake their waiters.
 *
 * Nothing is said before the interpreter was asked, since a holder, once found,
 * is responsible whatever else could end the wait.
 */
#include "kinds/python_wait.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kinds/futex_call.h"
#include "kinds/kinds.h"
#include "kinds/mappers.h"
#include "kinds/python_bonds.h"
#include "kinds/reasons.h"
#include "kinds/sem_word.h"
#include "kinds/signals.h"

static const char *const bond_meaning[PYTHON_BONDS] = {
	[PYTHON_SEEN] = "",
	[PYTHON_WITH] = "the lock's __exit__, in a live slot of the frame that is inside its with",
	[PYTHON_OWNS] = "the lock's owner",
	[PYTHON_ENDS] = "what is released when the thread ends",
	[PYTHON_NOBODY] = "the lock's owner, which is no thread of the process",
};

bool python_wait_recognise(const struct kind_context *context, const struct look_task *task)
{
	struct futex_call call;
	struct sem_word word;

	(void)context;
	return sem_word_decode(task, &call, &word) && !call.timed &&
	       futex_call_scope(task, &call) == FUTEX_SCOPE_MEMORY;
}

static void saw_object(const struct look_task *task, const struct python_lock *lock,
		       struct wait_builder *b)
{
	if (lock->link)
		wait_saw_own_memory(b, task, lock->object + PYTHON_LINK_OFFSET, &lock->link,
				    sizeof(lock->link),
				    "the Python object's pointer to what is waited for");
}

static void saw_bond(const struct look_task *task, const struct python_lock *lock,
		     struct wait_builder *b)
{
	wait_saw_own_memory(b, task, lock->where, &lock->value, sizeof(lock->value),
			    bond_meaning[lock->bond]);
	if (*lock->since)
		wait_held_since(b, lock->since);
	saw_object(task, lock, b);
}

/* The thread that the bond names, by its number in the waiter's PID namespace; or NO_TASK. */
static uint32_t bond_task(const struct kind_context *context, const struct look_task *task,
			  const struct python_lock *lock)
{
	bool known;
	uint32_t viewer = look_find(context->look, task->tid);
	uint32_t found = viewer == NO_TASK
				 ? NO_TASK
				 : look_find_in_namespace(context->look, viewer, lock->tid, &known);

	if (found == NO_TASK || context->look->tasks[found].pid != task->pid)
		return NO_TASK;
	return found;
}

/* True if of every thread of the process it is known who it is for the C library. */
static bool threads_are_known(const struct look *look, const struct process *process)
{
	for (uint32_t i = process->first; i < process->first + process->count; i++)
		if (!look->tasks[i].thread_pointer && !(look->tasks[i].flags & TASK_DEAD))
			return false;
	return true;
}

/*
 * The owner that the lock names is no thread of the interpreter's. It may still be one of the
 * process: a thread of a C library's that comes back to Python. Else it has ended, or was left
 * behind by fork().
 */
static void nobody_edge(const struct kind_context *context, const struct look_task *task,
			const struct python_bonds *bonds, struct wait_builder *b)
{
	const struct python_lock *lock = bonds->bound;
	const struct process *process = look_process(context->look, task->pid);
	uint32_t memory = task->mm ? graph_memory(context->graph, task->mm) : NO_NODE;
	uint32_t node;

	if (!process || bonds->partial || memory == NO_NODE ||
	    !threads_are_known(context->look, process)) {
		wait_open(b, OPEN_UNREADABLE);
		return;
	}
	node = look_find_thread(context->look, process, lock->value);
	if (node == NO_TASK) {
		wait_open_like_group(b, memory);
		node = graph_dead(context->graph, b->wait->object, DEAD_UNNAMED);
	}
	wait_edge_or_open(b, node, RELATION_HOLDS, EDGE_HOLDER | EDGE_CAN_END);
	saw_bond(task, lock, b);
	memory_saw_count(context, task, b);
}

/* Nobody else can end the wait. */
static enum cost resolve_exact(const struct kind_context *context, const struct look_task *task,
			       const struct python_bonds *bonds, enum cost budget,
			       struct wait_builder *b)
{
	const struct python_lock *lock = bonds->bound;
	bool joins = lock->bond == PYTHON_ENDS;

	b->wait->kind = joins			     ? WAIT_JOIN
			: lock->type == PYTHON_RLOCK ? WAIT_PYTHON_RLOCK
						     : WAIT_PYTHON_LOCK;
	if (lock->bond == PYTHON_NOBODY) {
		nobody_edge(context, task, bonds, b);
	} else {
		uint32_t node = bond_task(context, task, lock);

		if (node == NO_TASK)
			wait_open(b, OPEN_BUSY);
		else
			wait_edge_or_open(b, node, joins ? RELATION_JOINS : RELATION_HOLDS,
					  EDGE_HOLDER | EDGE_CAN_END);
		saw_bond(task, lock, b);
	}
	return signals_resolve(context, task, budget, b, HANDLER_MAY_RAISE);
}

static enum cost resolve_bonds(const struct kind_context *context, const struct look_task *task,
			       const struct python_bonds *bonds, enum cost budget,
			       struct wait_builder *b)
{
	const struct python_lock *lock = bonds->bound;
	struct futex_call call;
	uint32_t node;

	futex_call_decode(task, &call);
	if (lock && lock->bond != PYTHON_WITH)
		return resolve_exact(context, task, bonds, budget, b);
	node = lock && !bonds->rivals && !bonds->partial ? bond_task(context, task, lock) : NO_TASK;
	if (node != NO_TASK) {
		wait_edge_or_open(b, node, RELATION_HOLDS, EDGE_HOLDER);
		saw_bond(task, lock, b);
	} else if (bonds->seen) {
		saw_object(task, bonds->seen, b);
	}
	return futex_wakers(context, task, &call, budget, b, RELATION_MAY_POST);
}

static bool is_known(const struct interpreter *interpreter)
{
	return interpreter->flags & INTERPRETER_KNOWN;
}

enum cost python_wait_resolve(const struct kind_context *context, const struct look_task *task,
			      enum cost budget, struct wait_builder *b)
{
	const struct interpreter *interpreter = NULL;
	struct python_bonds bonds;
	struct futex_call call;
	struct sem_word word;
	int error = 0;

	if (!sem_word_decode(task, &call, &word) || word.value) {
		wait_open(b, OPEN_BUSY);
		return COST_DONE;
	}
	if (budget < COST_TABLE)
		return COST_TABLE;
	error = probe_interpreter(context->probe, task->pid, &interpreter);
	if (error || !is_known(interpreter)) {
		b->wait->kind = error ? WAIT_SEM : WAIT_PYTHON_LOCK;
		return sem_kind.resolve(context, task, budget, b);
	}
	if (budget < COST_SEARCH)
		return COST_SEARCH;
	error = python_bonds_find(context, task, interpreter, &bonds);
	if (error || (!bonds.seen && !bonds.bound)) {
		b->wait->kind = WAIT_SEM;
		return sem_kind.resolve(context, task, budget, b);
	}
	b->wait->kind = WAIT_PYTHON_LOCK;
	wait_object(b, task->mm, bonds.word, 0);
	/* how many wait for it may change, and is nothing to this wait */
	futex_call_saw(task, &call, b, sizeof(word.value), "sem_t: its value is 0");
	return resolve_bonds(context, task, &bonds, budget, b);
}

static const char *const type_text[PYTHON_LOCK_TYPES] = {
	[PYTHON_LOCK] = "Lock",
	[PYTHON_RLOCK] = "RLock",
	[PYTHON_CONDITION] = "notification of",
	[PYTHON_MODULE] = "import lock of",
	[PYTHON_THREAD] = "thread",
};

void python_wait_describe(const struct kind_context *context, const struct look_task *task,
			  char *ret, size_t size)
{
	const struct interpreter *interpreter = NULL;
	const struct python_lock *lock;
	struct python_bonds bonds;

	if (!probe_interpreter(context->probe, task->pid, &interpreter) && !is_known(interpreter)) {
		struct futex_call call;

		futex_call_decode(task, &call);
		snprintf(ret, size,
			 "semaphore 0x%" PRIx64 " (the locks of Python %u.%u are not known)",
			 call.address, interpreter->version >> 24,
			 interpreter->version >> 16 & 255);
		return;
	}
	if (!interpreter || python_bonds_find(context, task, interpreter, &bonds) ||
	    (!bonds.seen && !bonds.bound)) {
		futex_call_describe(task, "semaphore", ret, size);
		return;
	}
	/* The waiter's frames know a name; a module and a thread have their own. */
	lock = bonds.bound && bonds.bound->bond != PYTHON_WITH &&
			       (!bonds.seen || bonds.bound->type >= PYTHON_MODULE)
		       ? bonds.bound
	       : bonds.seen ? bonds.seen
			    : bonds.bound;
	snprintf(ret, size, "%s%s%s at 0x%" PRIx64, type_text[lock->type], lock->name[0] ? " " : "",
		 lock->name, lock->object);
}

const struct kind python_lock_kind = {
	.kind = WAIT_PYTHON_LOCK,
	.wchan = futex_wchan,
	.recognise = python_wait_recognise,
	.resolve = python_wait_resolve,
	.describe = python_wait_describe,
};

const struct kind python_rlock_kind = {
	.kind = WAIT_PYTHON_RLOCK,
	.wchan = futex_wchan,
	.recognise = python_wait_recognise,
	.resolve = python_wait_resolve,
	.describe = python_wait_describe,
};
