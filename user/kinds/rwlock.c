/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pthread_rwlock_rdlock() and pthread_rwlock_wrlock(). A writer is named by the
 * lock, and he alone ends the wait. Readers are only counted: whoever can reach
 * the lock may be one of them. No handler may unlock it, and none makes the calls
 * return.
 */
#include <inttypes.h>
#include <stdio.h>

#include "kinds/call_site.h"
#include "kinds/futex_call.h"
#include "kinds/kinds.h"
#include "kinds/mappers.h"
#include "kinds/owner.h"
#include "kinds/reasons.h"
#include "kinds/rwlock_word.h"

static bool rwlock_recognise(const struct kind_context *context, const struct look_task *task)
{
	struct futex_call call;
	struct rwlock_word word;
	uint64_t address;

	return rwlock_word_decode(context, task, &call, &word, &address);
}

/* The lock, by whichever of its words is waited for. */
static void rwlock_object(const struct look_task *task, const struct futex_call *call,
			  uint64_t address, struct wait_builder *b)
{
	struct look_task at_lock = *task;
	struct futex_call of_lock = *call;

	of_lock.address = address;
	at_lock.object_offset -= call->address - address;
	futex_call_object(&at_lock, &of_lock, b);
}

static enum cost held_by_readers(const struct kind_context *context, const struct look_task *task,
				 const struct futex_call *call, enum cost budget,
				 struct wait_builder *b)
{
	switch (futex_call_scope(task, call)) {
	case FUTEX_SCOPE_MEMORY:
		memory_edge(context, task, b, RELATION_MAY_WAKE);
		return COST_DONE;
	case FUTEX_SCOPE_FILE:
		if (budget < COST_TABLE)
			return COST_TABLE;
		mappers_edge(context, task, b, RELATION_MAY_WAKE);
		return COST_DONE;
	default:
		return COST_DONE;
	}
}

static enum cost rwlock_resolve(const struct kind_context *context, const struct look_task *task,
				enum cost budget, struct wait_builder *b)
{
	struct futex_call call;
	struct rwlock_word word;
	uint64_t address;

	if (futex_call_decode(task, &call) && call.timed) {
		wait_open(b, OPEN_TIMED);
		return COST_DONE;
	}
	if (budget < COST_READ)
		return COST_READ;
	if (!rwlock_word_decode(context, task, &call, &word, &address)) {
		wait_open(b, OPEN_BUSY);
		return COST_DONE;
	}
	if (call_site_is_foreign(context, task, budget, b))
		return COST_DONE;
	rwlock_object(task, &call, address, b);
	wait_saw_own_memory(b, task, address, &word, RWLOCK_HEAD_LEN,
			    "pthread_rwlock_t: readers, writers, two words to wait for, padding");
	if (word.writer) {
		struct owner_word owner = { .address = address + rwlock_writer_offset(task),
					    .bytes = word.writer,
					    .tid = word.writer };

		return call_site_cost(task, budget,
				      owner_resolve(context, task, &call, &owner, budget, b));
	}
	if (!(word.readers & RWLOCK_WRITING) && word.readers >> RWLOCK_READER_SHIFT)
		return held_by_readers(context, task, &call, budget, b);
	/* Being handed on; a lost wake-up looks so, too. */
	return futex_wakers(context, task, &call, budget, b, RELATION_MAY_WAKE);
}

static void rwlock_describe(const struct kind_context *context, const struct look_task *task,
			    char *ret, size_t size)
{
	struct futex_call call;
	struct rwlock_word word;
	uint64_t address;

	if (!rwlock_word_decode(context, task, &call, &word, &address))
		snprintf(ret, size, "rwlock");
	else if (futex_call_scope(task, &call) == FUTEX_SCOPE_FILE)
		snprintf(ret, size, "rwlock 0x%" PRIx64 " (inode %" PRIu64 ")", address,
			 (uint64_t)task->object_inode);
	else
		snprintf(ret, size, "rwlock 0x%" PRIx64, address);
}

const struct kind rwlock_kind = {
	.kind = WAIT_RWLOCK,
	.wchan = futex_wchan,
	.recognise = rwlock_recognise,
	.resolve = rwlock_resolve,
	.describe = rwlock_describe,
};
