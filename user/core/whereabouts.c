/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/whereabouts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "core/own_frame.h"
#include "core/stack.h"

static bool frame_is_wanted(const struct stack_frame *frame, enum stacks wanted)
{
	switch (wanted) {
	case STACKS_NATIVE:
		return frame->type == FRAME_NATIVE;
	case STACKS_PYTHON:
		return frame->type == FRAME_PYTHON;
	default:
		return true;
	}
}

/* The name of the variable that a task waits on; empty if it waits on no memory or that has none.
 */
static void object_ask(const struct probe *probe, const struct look_task *task, char *ret,
		       size_t size)
{
	enum call call = call_of(task);
	const struct symbol *symbol;
	uint64_t address = task->args[0];

	*ret = '\0';
	if ((call != CALL_FUTEX && call != CALL_FUTEX_WAIT) ||
	    probe_symbol(probe, task->pid, address, &symbol) || address < symbol->address)
		return;

	uint64_t offset = address - symbol->address;

	if (offset)
		snprintf(ret, size, "%s+0x%" PRIx64, symbol->name, offset);
	else
		snprintf(ret, size, "%s", symbol->name);
}

static int stack_ask(const struct probe *probe, uint32_t tid, enum stacks wanted, struct stack *ret)
{
	struct answer answer = { 0 };

	*ret = (struct stack){ .error = probe_stack(probe, tid, &answer) };
	/* nobody was there to be asked, as in a recording without stacks: nothing is missing */
	if (ret->error == -ENODATA)
		ret->error = 0;
	ret->partial = answer.partial;
	if (ret->error || !answer.count)
		return 0;
	ret->frames = calloc(answer.count, sizeof(*ret->frames));
	if (!ret->frames)
		return -ENOMEM;

	const struct stack_frame *frames = answer.items;

	for (uint32_t i = 0; i < answer.count; i++)
		if (frame_is_wanted(&frames[i], wanted))
			ret->frames[ret->count++] = frames[i];
	return 0;
}

/* What cannot be read is left out: the stack says where the thread is. */
static int coroutines_ask(const struct probe *probe, const struct look_task *task,
			  const struct stack *stack, struct coroutines *ret)
{
	struct answer answer = { 0 };
	int err;

	if (!inside_event_loop(stack->frames, stack->count) ||
	    probe_coroutines(probe, task->pid, task->tid, &answer) || !answer.count)
		return 0;
	err = coroutines_take(answer.items, answer.count, ret);
	if (!err)
		ret->partial = answer.partial;
	return err;
}

int whereabouts_of_cause(const struct probe *probe, enum stacks wanted, struct cause *cause)
{
	struct stack stack;
	int err = stack_ask(probe, cause->task.tid, wanted, &stack);

	if (err)
		return err;
	cause->stack = stack.frames;
	cause->stack_count = stack.count;
	cause->stack_missing = stack_missing(&stack);
	object_ask(probe, &cause->task, cause->name, sizeof(cause->name));
	return coroutines_ask(probe, &cause->task, &stack, &cause->coroutines);
}

int whereabouts_of_victim(const struct probe *probe, enum stacks wanted, struct victim *victim)
{
	struct stack stack;
	int err = stack_ask(probe, victim->task.tid, wanted, &stack);
	size_t own = err ? 0 : own_frame_find(stack.frames, stack.count, 0);

	if (err)
		return err;
	if (own < stack.count) {
		stack.count -= own;
		memmove(stack.frames, stack.frames + own, stack.count * sizeof(*stack.frames));
	}
	victim->stack = stack.frames;
	victim->stack_count = stack.count < VICTIM_FRAMES ? stack.count : VICTIM_FRAMES;
	victim->stack_missing = stack.error ? stack_missing(&stack) : NULL;
	return 0;
}

static bool may_be_event_loop(const struct probe *probe, const struct chain_link *link)
{
	const struct interpreter *interpreter;

	return (link->kind == WAIT_EPOLL || link->kind == WAIT_POLL || link->kind == WAIT_SELECT) &&
	       !probe_interpreter(probe, link->task.pid, &interpreter);
}

int whereabouts_of_chain(const struct probe *probe, enum stacks wanted, struct chain *chain)
{
	const struct chain_link *waiter = &chain->links[0];
	struct stack stack;
	int err;

	if (wanted == STACKS_NONE || !chain->count || !may_be_event_loop(probe, waiter))
		return 0;
	err = stack_ask(probe, waiter->task.tid, wanted, &stack);
	if (err)
		return err;
	err = coroutines_ask(probe, &waiter->task, &stack, &chain->coroutines);
	free(stack.frames);
	return err;
}
