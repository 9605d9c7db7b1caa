/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lock of a FILE, taken by every function of stdio and by flockfile(), and
 * others of the same making in glibc (sysdeps/nptl/stdio-lock.h: _IO_lock_t): a
 * lock word, how often it was taken, and the owner's struct pthread, which is
 * what pthread_self() gives: so it is no number, and names a thread of this very
 * address space.
 *
 * A block that is no thread's any more was a thread's that has ended; the next
 * one to be started may get the same block, and then is the owner for glibc, too.
 */
#include <string.h>

#include "kinds/call_site.h"
#include "kinds/futex_call.h"
#include "kinds/kinds.h"
#include "kinds/mappers.h"
#include "kinds/reasons.h"

#define OWNER_FLAGS (EDGE_CAN_END | EDGE_HOLDER)
#define DEPTH_MOST  (1 << 20)

struct stdio_word {
	uint32_t lock; /* 0 free, 1 taken, 2 taken and waited for */
	uint32_t depth;
	uint64_t owner; /* struct pthread */
};

/* nptl/descr.h: the words of a struct pthread that hold its own address */
#define BLOCK_SELF   0	  /* tcbhead_t.tcb, x86-64 */
#define BLOCK_SELF_2 0x10 /* tcbhead_t.self */

static bool is_block(const struct kind_context *context, const struct look_task *task,
		     uint64_t address)
{
#ifdef __x86_64__
	uint64_t block[3];

	return !probe_memory(context->probe, task->pid, address, block, sizeof(block)) &&
	       block[BLOCK_SELF / 8] == address && block[BLOCK_SELF_2 / 8] == address;
#else
	(void)context, (void)task, (void)address;
	return false;
#endif
}

/* The thread whose struct pthread that is, or NO_TASK. */
static uint32_t thread_of(const struct kind_context *context, const struct look_task *task,
			  uint64_t block)
{
	const struct process *process = look_process(context->look, task->pid);

	return process ? look_find_thread(context->look, process, block) : NO_TASK;
}

static bool stdio_decode(const struct kind_context *context, const struct look_task *task,
			 struct futex_call *ret_call, struct stdio_word *ret_word)
{
	struct futex_call call;
	struct stdio_word word;

	if (task->flags & TASK_COMPAT || !futex_call_decode(task, &call) || !call.wait ||
	    call.bitset || call.value != 2 || !call.private_key ||
	    !(task->object_flags & OBJECT_READ))
		return false;
	memcpy(&word, task->object, sizeof(word));
	if (!word.lock || word.lock > 2 || !word.depth || word.depth > DEPTH_MOST ||
	    word.owner % 16 || !word.owner)
		return false;
	if (thread_of(context, task, word.owner) == NO_TASK && !is_block(context, task, word.owner))
		return false;
	*ret_call = call;
	*ret_word = word;
	return true;
}

static bool stdio_recognise(const struct kind_context *context, const struct look_task *task)
{
	struct futex_call call;
	struct stdio_word word;

	return stdio_decode(context, task, &call, &word);
}

static enum cost stdio_resolve(const struct kind_context *context, const struct look_task *task,
			       enum cost budget, struct wait_builder *b)
{
	struct futex_call call;
	struct stdio_word word;

	if (futex_call_decode(task, &call) && call.timed) {
		wait_open(b, OPEN_TIMED);
		return COST_DONE;
	}
	if (budget < COST_READ)
		return COST_READ;
	if (!stdio_decode(context, task, &call, &word)) {
		wait_open(b, OPEN_BUSY);
		return COST_DONE;
	}
	if (call_site_is_foreign(context, task, budget, b))
		return COST_DONE;
	futex_call_object(task, &call, b);

	uint32_t owner = thread_of(context, task, word.owner);
	uint32_t memory = task->mm ? graph_memory(context->graph, task->mm) : NO_NODE;

	if (owner != NO_TASK) {
		wait_edge_or_open(b, owner, RELATION_HOLDS, OWNER_FLAGS);
		futex_call_saw(task, &call, b, sizeof(word),
			       "_IO_lock_t: lock, depth, pthread_self() of its owner");
		return call_site_cost(task, budget, COST_DONE);
	}
	/* A thread that was not found could be the owner. */
	if (memory == NO_NODE)
		wait_open(b, OPEN_UNREADABLE);
	else
		wait_open_like_group(b, memory);
	wait_edge_or_open(b, graph_dead(context->graph, b->wait->object, DEAD_UNNAMED),
			  RELATION_HOLDS, OWNER_FLAGS);
	futex_call_saw(task, &call, b, sizeof(word),
		       "_IO_lock_t: lock, depth, the block of a thread that is no longer there");
	memory_saw_count(context, task, b);
	return call_site_cost(task, budget, COST_DONE);
}

static void stdio_describe(const struct kind_context *context, const struct look_task *task,
			   char *ret, size_t size)
{
	(void)context;
	futex_call_describe(task, "stdio lock", ret, size);
}

const struct kind stdio_kind = {
	.kind = WAIT_STDIO,
	.wchan = futex_wchan,
	.recognise = stdio_recognise,
	.resolve = stdio_resolve,
	.describe = stdio_describe,
};
