/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Native and Python frames in one stack. Every call of the evaluator is one
 * native frame, and runs one Python frame or, since 3.11, several: up to and
 * with the one by which it was entered. If there are more Python frames than
 * evaluators were found (a stack cut short, an evaluator without a name), the
 * rest follows the last.
 */
#include <string.h>

#include "python/stack.h"

static const char *const evaluators[] = { "_PyEval_EvalFrameDefault", "_PyEval_EvalFrame" };

static bool is_evaluator(const struct stack_frame *frame)
{
	if (frame->type != FRAME_NATIVE)
		return false;
	for (size_t i = 0; i < sizeof(evaluators) / sizeof(evaluators[0]); i++) {
		size_t length = strlen(evaluators[i]);
		char end = frame->function[length < FRAME_NAME_LEN ? length : 0];

		/* what the compiler split off is called NAME.cold or NAME.part.0 */
		if (!strncmp(frame->function, evaluators[i], length) && (!end || end == '.'))
			return true;
	}
	return false;
}

struct merge {
	struct stack_frame *out;
	uint32_t count, max;
};

static void merge_put(struct merge *merge, const struct stack_frame *frame)
{
	if (merge->count < merge->max)
		merge->out[merge->count++] = *frame;
}

uint32_t python_stack_merge(struct stack_frame *frames, uint32_t count, uint32_t max,
			    const struct python_stack *python)
{
	struct stack_frame native[STACK_FRAMES_MAX];
	struct merge merge = { .out = frames, .max = max };
	uint32_t next = 0, last = 0;

	if (count > STACK_FRAMES_MAX)
		count = STACK_FRAMES_MAX;
	memcpy(native, frames, count * sizeof(native[0]));
	for (uint32_t i = 0; i < count; i++)
		if (is_evaluator(&native[i]))
			last = i + 1;
	for (uint32_t i = 0; i < count; i++) {
		bool more = next < python->count;

		if (!is_evaluator(&native[i])) {
			merge_put(&merge, &native[i]);
			continue;
		}
		/* an inlined evaluator is one call with the frame around it */
		if (native[i].flags & FRAME_INLINED && i + 1 < count &&
		    is_evaluator(&native[i + 1]))
			continue;
		if (!more)
			merge_put(&merge, &native[i]);
		while (more) {
			bool entry = python->entries[next] && i + 1 != last;

			merge_put(&merge, &python->frames[next++]);
			more = !entry && next < python->count;
		}
	}
	for (; !last && next < python->count; next++)
		merge_put(&merge, &python->frames[next]);
	return merge.count;
}
