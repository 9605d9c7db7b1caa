/* SPDX-License-Identifier: BSD-2-Clause */
/* What the interpreter says of a lock. */
#include "kinds/python_bonds.h"

#include <errno.h>

#include "kinds/futex_call.h"

#define PARKING_SINCE 0x030d0000 /* PY_VERSION_HEX of 3.13 */
/* Python/parking_lot.c: struct wait_entry lies on the waiter's stack, with its semaphore behind
 * the address of what is waited for. */
#define PARKED_BEFORE 8

/* The word that a parked thread waits for; other semaphores have something else before them. */
static uint64_t parked_word(const struct kind_context *context, const struct look_task *task,
			    uint64_t address)
{
	uint64_t word;

	if (probe_memory(context->probe, task->pid, address - PARKED_BEFORE, &word, sizeof(word)))
		return 0;
	return word;
}

static uint32_t own_tid(const struct look_task *task)
{
	return task->ns_level ? task->ns_tid : task->tid;
}

/* What is responsible by the lock's own word goes before who is merely inside a with statement. */
static void bonds_take(struct python_bonds *bonds, const struct python_lock *lock, uint32_t waiter)
{
	const struct python_lock *bound = bonds->bound;

	switch (lock->bond) {
	case PYTHON_SEEN:
		if (!bonds->seen || lock->tid == waiter)
			bonds->seen = lock;
		return;
	case PYTHON_WITH:
		if (bound && bound->bond == PYTHON_WITH && bound->tid != lock->tid)
			bonds->rivals = true;
		if (!bound)
			bonds->bound = lock;
		return;
	default:
		if (!bound || bound->bond == PYTHON_WITH)
			bonds->bound = lock;
	}
}

int python_bonds_find(const struct kind_context *context, const struct look_task *task,
		      const struct interpreter *interpreter, struct python_bonds *ret)
{
	struct python_bonds bonds = { 0 };
	struct futex_call call;
	struct answer answer;
	uint64_t parked = 0;
	int error = probe_python_locks(context->probe, task->pid, &answer);

	if (error || !futex_call_decode(task, &call))
		return error ? error : -EBUSY;
	if (interpreter->version >= PARKING_SINCE)
		parked = parked_word(context, task, call.address);

	const struct python_lock *locks = answer.items;

	bonds.word = call.address;
	for (uint32_t i = 0; i < answer.count; i++)
		if (parked && locks[i].word == parked)
			bonds.word = parked;
	for (uint32_t i = 0; i < answer.count; i++)
		if (locks[i].word == bonds.word)
			bonds_take(&bonds, &locks[i], own_tid(task));
	bonds.partial = answer.partial;
	*ret = bonds;
	return 0;
}
