/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is a word part of a pthread_cond_t or a pthread_barrier_t? Decided by the words
 * around it, all of which must be legal: what condition variables look like
 * depends on fixes that distributions take over into older versions, so both
 * layouts are tried, whatever the version.
 */
#include "kinds/futex_named.h"

#include <string.h>

#include "kinds/futex_call.h"
#include "kinds/kinds.h"
#include "kinds/mutex_word.h"

#define WAITERS_MOST   MUTEX_TID_MOST
#define BARRIER_SHARED 128 /* sysdeps/nptl/futex-internal.h: FUTEX_SHARED */

/*
 * sysdeps/nptl/bits/thread-shared-types.h: struct __pthread_cond_s. Indices of its 32-bit words;
 * before them are wseq and g1_start, 64 bits each.
 */
static const struct cond_layout {
	uint8_t refs;	 /* two words, one a group; 0: there are none */
	uint8_t sizes;	 /* two words */
	uint8_t waiters; /* shifted by 3, over flags of which the first is: shared */
	uint8_t signals; /* two words, which are waited for */
} cond_layouts[] = {
	{ .refs = 4, .sizes = 6, .waiters = 9, .signals = 10 },
	{ .refs = 0, .sizes = 4, .waiters = 7, .signals = 8 }, /* since 2.41 */
};

static bool cond_legal(const struct cond_layout *layout, const uint32_t *words, int group,
		       bool private_key)
{
	uint32_t waiters = words[layout->waiters];
	uint64_t positions[2];

	memcpy(positions, words, sizeof(positions));
	if (waiters >> 3 == 0 || waiters >> 3 > WAITERS_MOST || !(waiters & 1) != private_key)
		return false;
	if (words[layout->sizes] > WAITERS_MOST || words[layout->sizes + 1] > WAITERS_MOST)
		return false;
	/* Each who waits has taken a position, and a group begins at one. */
	if (positions[0] >> 1 < waiters >> 3 || positions[1] >> 1 > positions[0] >> 1)
		return false;
	return !layout->refs || (words[layout->refs + group] >> 1 &&
				 words[layout->refs + group] >> 1 <= WAITERS_MOST);
}

/* So that nothing need be read of each process that waits where a file begins, as sem_open() has
 * it. */
static bool begins_before_file(const struct look_task *task, uint64_t bytes_before)
{
	return task->object_flags & OBJECT_FILE && task->object_offset < bytes_before;
}

static bool is_cond(const struct kind_context *context, const struct look_task *task,
		    const struct futex_call *call)
{
	if (!call->bitset)
		return false;
	for (size_t i = 0; i < sizeof(cond_layouts) / sizeof(*cond_layouts); i++) {
		const struct cond_layout *layout = &cond_layouts[i];

		for (int group = 0; group < 2; group++) {
			uint32_t words[12];
			uint64_t before = 4ull * (layout->signals + group);
			uint64_t address = call->address - before;

			if (address % 8 == 0 && !begins_before_file(task, before) &&
			    !probe_memory(context->probe, task->pid, address, words,
					  sizeof(words)) &&
			    cond_legal(layout, words, group, call->private_key))
				return true;
		}
	}
	return false;
}

/* sysdeps/nptl/internaltypes.h: struct pthread_barrier */
struct barrier {
	uint32_t in;	/* how many have come since the last reset, over all rounds */
	uint32_t round; /* at how many the last round ended */
	uint32_t count; /* how many make a round */
	uint32_t shared;
	uint32_t out;
};

static bool is_barrier(const struct kind_context *context, const struct look_task *task,
		       const struct futex_call *call)
{
	struct barrier barrier;

	if (call->bitset || begins_before_file(task, sizeof(uint32_t)) ||
	    probe_memory(context->probe, task->pid, call->address - sizeof(uint32_t), &barrier,
			 sizeof(barrier)))
		return false;
	if (barrier.shared != (call->private_key ? 0 : BARRIER_SHARED))
		return false;
	return barrier.round == call->value && barrier.count > 1 && barrier.count <= WAITERS_MOST &&
	       barrier.round % barrier.count == 0 && barrier.in > barrier.round &&
	       barrier.in - barrier.round < barrier.count && barrier.out <= barrier.round;
}

enum wait_kind futex_name(const struct kind_context *context, const struct look_task *task,
			  const struct futex_call *call)
{
	/* A 32-bit program's have their words in other places. */
	if (task->flags & TASK_COMPAT)
		return WAIT_FUTEX;
	if (is_cond(context, task, call))
		return WAIT_COND;
	return is_barrier(context, task, call) ? WAIT_BARRIER : WAIT_FUTEX;
}

/* They begin as WAIT_FUTEX or WAIT_SEM, and get their name when it is asked for. */
static bool never(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	(void)task;
	return false;
}

static enum cost named_resolve(const struct kind_context *context, const struct look_task *task,
			       enum cost budget, struct wait_builder *b)
{
	return futex_kind.resolve(context, task, budget, b);
}

static void cond_describe(const struct kind_context *context, const struct look_task *task,
			  char *ret, size_t size)
{
	(void)context;
	futex_call_describe(task, "condition variable, word", ret, size);
}

static void barrier_describe(const struct kind_context *context, const struct look_task *task,
			     char *ret, size_t size)
{
	(void)context;
	futex_call_describe(task, "barrier, word", ret, size);
}

const struct kind cond_kind = {
	.kind = WAIT_COND,
	.wchan = futex_wchan,
	.recognise = never,
	.resolve = named_resolve,
	.describe = cond_describe,
};

const struct kind barrier_kind = {
	.kind = WAIT_BARRIER,
	.wchan = futex_wchan,
	.recognise = never,
	.resolve = named_resolve,
	.describe = barrier_describe,
};
