/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The word alone could be anything: the number of forks, times 4, and 1 for "in
 * progress" (glibc 2.36, nptl/pthread_once.c). So its innermost frame must say
 * where it waits, which has a name if the C library's symbols are there.
 */
#include "kinds/once.h"

#include <string.h>

#include "kinds/futex_call.h"
#include "kinds/kinds.h"

#define STATE_MASK  3
#define IN_PROGRESS 1 /* __PTHREAD_ONCE_INPROGRESS, nptl/pthreadP.h */

/* The static function, and what it may be part of. */
static const char *const functions[] = {
	"__pthread_once_slow", "___pthread_once", "__pthread_once",
	"pthread_once",	       "__call_once",	  "call_once",
};

static bool word_fits(const struct look_task *task)
{
	struct futex_call call;

	return futex_call_decode(task, &call) && call.wait && !call.bitset && !call.requeue &&
	       call.private_key && !call.timed && (call.value & STATE_MASK) == IN_PROGRESS;
}

enum wait_kind once_by_stack(const struct look_task *task, const struct stack_frame *frames,
			     size_t count)
{
	if (!count || frames[0].type != FRAME_NATIVE || frames[0].flags & FRAME_APPROXIMATE ||
	    !word_fits(task))
		return WAIT_FUTEX;

	/* What is inlined into a frame has frames of its own, with the same pc. */
	for (size_t f = 0; f < count && frames[f].pc == frames[0].pc; f++)
		for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
			if (!strcmp(frames[f].function, functions[i]))
				return WAIT_ONCE;
	return WAIT_FUTEX;
}

/* It begins as WAIT_FUTEX, and gets its name from the stack. */
static bool once_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	(void)task;
	return false;
}

static enum cost once_resolve(const struct kind_context *context, const struct look_task *task,
			      enum cost budget, struct wait_builder *b)
{
	return futex_kind.resolve(context, task, budget, b);
}

static void once_describe(const struct kind_context *context, const struct look_task *task,
			  char *ret, size_t size)
{
	(void)context;
	futex_call_describe(task, "once", ret, size);
}

const struct kind once_kind = {
	.kind = WAIT_ONCE,
	.wchan = futex_wchan,
	.recognise = once_recognise,
	.resolve = once_resolve,
	.describe = once_describe,
};
