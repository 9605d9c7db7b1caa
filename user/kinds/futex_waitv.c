/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * futex_waitv() waits for any of several words (linux/futex.h: struct
 * futex_waitv, since Linux 5.16): whoever can reach one of them may end it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "kinds/futex_call.h"
#include "kinds/kinds.h"
#include "kinds/mappers.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"

#define WORDS_MOST    128 /* FUTEX_WAITV_MAX */
#define FLAGS_SHARED  2	  /* FUTEX2_SIZE_U32 */
#define FLAGS_PRIVATE (2 | 128)

struct waitv_word {
	uint64_t value; /* that it had when the task went to sleep */
	uint64_t address;
	uint32_t flags;
	uint32_t reserved;
};

_Static_assert(sizeof(struct waitv_word) * WORDS_MOST <= MEMORY_ANSWER_MAX, "one read brings all");

static bool waitv_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	return call_of(task) == CALL_FUTEX_WAITV;
}

/*
 * Who can reach a word that is not private by its flags; as in futex_call_scope(), but that the
 * kernel makes a page of a private file mapping the process's own before it keys it.
 */
static void shared_word(const struct kind_context *context, const struct look_task *task,
			uint64_t address, struct wait_builder *b)
{
	const struct mapping *mapping;
	int error = probe_mapping(context->probe, task->pid, address, &mapping);

	if (error) {
		wait_open_error(b, error);
		return;
	}
	if (!(mapping->flags & MAPPING_SHARED)) {
		if (mapping->flags & MAPPING_WRITE)
			memory_edge(context, task, b, RELATION_MAY_WAKE);
		else
			wait_open(b, OPEN_UNREADABLE);
		return;
	}

	struct look_task place = *task;

	place.object_flags = OBJECT_MAPPED | OBJECT_SHARED | OBJECT_FILE;
	place.object_dev = mapping->dev;
	place.object_inode = mapping->inode;
	place.object_nlink = mapping->nlink;
	place.object_offset = mapping->offset + address - mapping->start;
	mappers_edge(context, &place, b, RELATION_MAY_WAKE);
}

/* One edge for all private words, and one for each of the others. */
static void words_resolve(const struct kind_context *context, const struct look_task *task,
			  const struct waitv_word *words, uint32_t count, struct wait_builder *b)
{
	bool private = false;

	for (uint32_t i = 0; i < count; i++) {
		if (words[i].flags == FLAGS_SHARED)
			shared_word(context, task, words[i].address, b);
		else if (words[i].flags != FLAGS_PRIVATE)
			wait_open(b, OPEN_UNKNOWN_FUTEX);
		private |= words[i].flags == FLAGS_PRIVATE;
	}
	if (private)
		memory_edge(context, task, b, RELATION_MAY_WAKE);
}

static enum cost waitv_resolve(const struct kind_context *context, const struct look_task *task,
			       enum cost budget, struct wait_builder *b)
{
	struct waitv_word words[WORDS_MOST];
	uint32_t count = (uint32_t)task->args[1];

	if (task->args[3]) {
		wait_open(b, OPEN_TIMED);
		return COST_DONE;
	}
	if (!count || count > WORDS_MOST) {
		wait_open(b, OPEN_UNKNOWN_FUTEX);
		return COST_DONE;
	}
	wait_object(b, task->mm, task->args[0], count);
	if (budget < COST_TABLE)
		return COST_TABLE;

	int error = probe_memory(context->probe, task->pid, task->args[0], words,
				 count * sizeof(*words));

	if (error) {
		wait_open_error(b, error);
		return COST_DONE;
	}
	for (uint32_t i = 0; i < count; i++)
		wait_saw_own_memory(b, task, task->args[0] + i * sizeof(*words), &words[i],
				    sizeof(*words), "one of the words: value, address, flags");
	words_resolve(context, task, words, count, b);
	return signals_resolve(context, task, budget, b, HANDLER_MAY_END);
}

static void waitv_describe(const struct kind_context *context, const struct look_task *task,
			   char *ret, size_t size)
{
	(void)context;
	snprintf(ret, size, "any of the %u futexes listed at 0x%" PRIx64, (uint32_t)task->args[1],
		 (uint64_t)task->args[0]);
}

const struct kind futex_waitv_kind = {
	.kind = WAIT_FUTEX_WAITV,
	.wchan = futex_wchan,
	.recognise = waitv_recognise,
	.resolve = waitv_resolve,
	.describe = waitv_describe,
};
