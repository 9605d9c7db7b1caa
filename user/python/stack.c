/* SPDX-License-Identifier: BSD-2-Clause */
/* The Python frames of a thread. */
#include "python/stack.h"

#include <errno.h>
#include <string.h>

#include "python/frame.h"
#include "python/lock.h"
#include "python/object.h"

#define TRIES 3

void python_frame_write(struct python *py, const struct python_frame *frame,
			struct stack_frame *ret)
{
	*ret = (struct stack_frame){ .type = FRAME_PYTHON, .line = python_frame_line(py, frame) };
	python_string(py, frame->code.name, ret->function, sizeof(ret->function));
	python_string(py, frame->code.file, ret->file, sizeof(ret->file));
}

static void stack_read_once(struct python *py, uint64_t at, struct python_stack *ret)
{
	struct python_frame frame;
	bool there = python_frame_first(py, at, &frame);

	ret->count = 0;
	for (; there; there = python_frame_outward(py, &frame, &frame)) {
		if (ret->count == STACK_FRAMES_MAX) {
			ret->partial = true;
			return;
		}
		ret->entries[ret->count] = frame.is_entry;
		python_frame_write(py, &frame, &ret->frames[ret->count++]);
	}
}

static uint64_t thread_frame_find(struct python *py, struct python_scratch *scratch, uint32_t tid)
{
	bool partial = false;
	uint32_t count = python_threads(py, scratch->threads, &partial);

	for (uint32_t i = 0; i < count; i++)
		if (scratch->threads[i].tid == tid && scratch->threads[i].frame)
			return scratch->threads[i].frame;
	return 0;
}

static uint32_t stack_compare(const struct python_stack *a, const struct python_stack *b)
{
	return a->count != b->count ||
	       memcmp(a->frames, b->frames, a->count * sizeof(a->frames[0]));
}

/* A thread may run while it is read, so it is read until that gives the same twice. */
int python_stack_read(struct python *py, struct python_scratch *scratch, uint32_t tid,
		      struct python_stack *ret)
{
	struct python_stack before = { 0 };

	*ret = (struct python_stack){ 0 };
	for (int i = 0; i < TRIES; i++) {
		uint64_t frame = thread_frame_find(py, scratch, tid);

		if (!frame)
			return -ESRCH;
		stack_read_once(py, frame, ret);
		if (i && !stack_compare(&before, ret))
			return 0;
		before = *ret;
		python_forget(py);
	}
	ret->partial = true;
	for (uint32_t i = 0; i < ret->count; i++)
		ret->frames[i].flags |= FRAME_APPROXIMATE;
	return 0;
}
