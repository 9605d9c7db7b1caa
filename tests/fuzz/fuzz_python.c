/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arbitrary bytes as the memory of a Python process: whatever the reader finds
 * there, it ends, and stays inside its bounds.
 */
#include <stdint.h>
#include <stdlib.h>

#include "../images/recorded.h"
#include "python/coroutine.h"
#include "python/lock.h"
#include "python/stack.h"

#define READS 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct python py;
static struct python_scratch scratch;
static struct python_lock locks[PYTHON_LOCKS_MOST];
static struct python_stack stack;
static struct python_tasks tasks;
static struct coroutine_frame coroutines[COROUTINE_FRAMES_MOST];

static void text_check(const char *text, size_t size)
{
	if (!memchr(text, '\0', size))
		abort();
}

static void locks_check(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		text_check(locks[i].name, sizeof(locks[i].name));
		text_check(locks[i].since, sizeof(locks[i].since));
		if (locks[i].bond >= PYTHON_BONDS || locks[i].type >= PYTHON_LOCK_TYPES)
			abort();
	}
}

static void stack_check(void)
{
	if (stack.count > STACK_FRAMES_MAX)
		abort();
	for (uint32_t i = 0; i < stack.count; i++) {
		text_check(stack.frames[i].function, sizeof(stack.frames[i].function));
		text_check(stack.frames[i].file, sizeof(stack.frames[i].file));
	}
}

static void coroutines_check(uint32_t count)
{
	if (count > COROUTINE_FRAMES_MOST)
		abort();
	for (uint32_t i = 0; i < count; i++) {
		text_check(coroutines[i].name, sizeof(coroutines[i].name));
		text_check(coroutines[i].awaits, sizeof(coroutines[i].awaits));
		text_check(coroutines[i].holder, sizeof(coroutines[i].holder));
		text_check(coroutines[i].frame.function, sizeof(coroutines[i].frame.function));
		if (coroutines[i].state >= COROUTINE_STATES)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct recorded recorded;
	const struct python_memory memory = { recorded_fetch, &recorded };
	bool partial = false;

	recorded_open(&recorded, data, size);
	interpreter_complete(&memory, &recorded.head.interpreter);
	/* What does not pass for an interpreter is read all the same. */
	python_open(&py, &memory, &recorded.head.interpreter, recorded.head.tids[0]);
	if (!py.layout)
		return 0;
	py.reads_left = READS;
	locks_check(python_locks(&py, &scratch, locks, &partial));
	py.reads_left = READS;
	if (!python_stack_read(&py, &scratch, recorded.head.tids[1], &stack))
		stack_check();
	py.reads_left = READS;
	coroutines_check(python_coroutines(&py, &tasks, recorded.head.tids[RECORDED_THREADS - 1],
					   coroutines, &partial));
	return 0;
}
