/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Python's global interpreter lock. Whoever wants it waits for a condition
 * variable, 5 ms at a time (sys.setswitchinterval()), asks its holder for it and
 * waits again, until the holder lets go (Python/ceval_gil.h: take_gil(); since
 * 3.12 ceval_gil.c). Nobody else can end that, no signal handler either: Python
 * runs handlers with the GIL. So the wait is as long as its object is the same:
 * held, by the same thread, handed over as often as before.
 *
 * Every short timed wait looks like it, until the interpreter was asked where
 * its GIL is.
 */
#include <inttypes.h>
#include <stdio.h>

#include "kinds/futex_call.h"
#include "kinds/kinds.h"
#include "kinds/owner.h"
#include "kinds/reasons.h"
#include "kinds/sem_word.h"

/* The interval is a setting; whoever sleeps for longer is not asked about. */
#define TRY_MOST_NS 100000000ull

struct gil_words {
	uint64_t holder;
	uint32_t locked;
	uint32_t pad;
	uint64_t switches; /* how often it went from one thread to another */
};

static bool gil_recognise(const struct kind_context *context, const struct look_task *task)
{
	struct futex_call call;

	return futex_call_decode(task, &call) && call.wait && call.bitset && call.timed &&
	       call.private_key && !(task->flags & TASK_COMPAT) &&
	       futex_call_scope(task, &call) == FUTEX_SCOPE_MEMORY &&
	       task->slept_ns + TRY_MOST_NS > context->look->start_ns;
}

static bool is_gil(const struct kind_context *context, const struct look_task *task,
		   const struct futex_call *call, uint64_t *ret_gil)
{
	const struct interpreter *interpreter;

	if (probe_interpreter(context->probe, task->pid, &interpreter) || !interpreter->gil ||
	    !(interpreter->flags & INTERPRETER_KNOWN))
		return false;
	*ret_gil = interpreter->gil;
	return call->address >= interpreter->gil + PYTHON_GIL_COND &&
	       call->address < interpreter->gil + PYTHON_GIL_MUTEX;
}

/* Where it is not known for certain who holds it, it is what it looks like: timed. */
static void gil_edge(const struct kind_context *context, const struct look_task *task, uint64_t at,
		     struct wait_builder *b)
{
	const struct python_gil *gil;
	struct gil_words words;
	uint32_t owner = NO_TASK;

	if (probe_gil(context->probe, task->pid, &gil) ||
	    probe_memory(context->probe, task->pid, at + PYTHON_GIL_HOLDER, &words,
			 sizeof(words)) ||
	    words.holder != gil->holder || words.locked != 1 ||
	    !owner_find(context, task, gil->tid, &owner) || owner == NO_TASK ||
	    context->look->tasks[owner].pid != task->pid ||
	    context->look->tasks[owner].tid == task->tid) {
		wait_open(b, OPEN_TIMED);
		return;
	}
	wait_edge_or_open(b, owner, RELATION_HOLDS, EDGE_CAN_END | EDGE_HOLDER);
	wait_saw_own_memory(
		b, task, at + PYTHON_GIL_HOLDER, &words, sizeof(words),
		"the GIL: its holder's thread state, locked, how often it was handed over");
	wait_saw_own_memory(b, task, gil->tid_at, &gil->tid, sizeof(gil->tid),
			    "the thread's number, of the holder");
}

static enum cost gil_resolve(const struct kind_context *context, const struct look_task *task,
			     enum cost budget, struct wait_builder *b)
{
	struct futex_call call;
	struct sem_word word;
	uint64_t gil;

	if (!futex_call_decode(task, &call)) {
		wait_open(b, OPEN_BUSY);
		return COST_DONE;
	}
	if (budget < COST_TABLE) {
		wait_retry(b);
		return COST_TABLE;
	}
	if (!is_gil(context, task, &call, &gil)) {
		b->wait->kind = sem_word_decode(task, &call, &word) ? WAIT_SEM : WAIT_FUTEX;
		return COST_DONE;
	}
	wait_retry(b);
	wait_object(b, task->mm, gil, 0);
	gil_edge(context, task, gil, b);
	return COST_DONE;
}

static void gil_describe(const struct kind_context *context, const struct look_task *task,
			 char *ret, size_t size)
{
	const struct interpreter *interpreter;

	if (probe_interpreter(context->probe, task->pid, &interpreter))
		snprintf(ret, size, "the GIL");
	else
		snprintf(ret, size, "the GIL at 0x%" PRIx64, interpreter->gil);
}

const struct kind gil_kind = {
	.kind = WAIT_GIL,
	.wchan = futex_wchan,
	.recognise = gil_recognise,
	.resolve = gil_resolve,
	.describe = gil_describe,
};
