/* SPDX-License-Identifier: BSD-2-Clause */
/* Sources: Include/internal/pycore_runtime.h, pycore_interp.h, Include/cpython/pystate.h. */
#include "python/interpreter.h"

#include <errno.h>
#include <string.h>

#include "python/debug_offsets.h"

#define TID_MOST (1u << 22) /* PID_MAX_LIMIT, include/linux/threads.h */

/* Offset of struct pthread.tid in glibc (nptl/descr.h), of which pthread_self() is the address. */
#if defined(__x86_64__)
#define PTHREAD_TID 0x2d0
#elif defined(__aarch64__)
#define PTHREAD_TID 0xd0
#else
#define PTHREAD_TID 0
#endif

/* _Py_DebugOffsets, since 3.13: cookie, version, and whether it is free-threaded. */
#define COOKIE		     "xdebugpy"
#define COOKIE_VERSION	     8
#define COOKIE_FREE_THREADED 16

static uint32_t thread_tid(struct python *py, uint64_t state, uint64_t ident)
{
	uint64_t tid = 0;

	if (py->layout->thread_native)
		tid = python_word(py, state + py->layout->thread_native);
	else if (PTHREAD_TID && ident)
		tid = python_word32(py, ident + PTHREAD_TID);
	return tid && tid <= TID_MOST ? (uint32_t)tid : 0;
}

static uint64_t thread_frame(struct python *py, uint64_t state)
{
	uint64_t frame = python_word(py, state + py->layout->thread_frame);

	if (frame && py->layout->cframe_frame)
		return python_word(py, frame + py->layout->cframe_frame - 1);
	return frame;
}

uint32_t python_threads(struct python *py, struct python_thread ret[PYTHON_THREADS_MOST],
			bool *ret_partial)
{
	const struct python_layout *layout = py->layout;
	uint64_t interpreter =
		python_word(py, py->interpreter.runtime + layout->runtime_interpreters);
	uint32_t count = 0;

	for (int i = 0; interpreter && i < PYTHON_INTERPRETERS_MOST; i++) {
		uint64_t state = python_word(py, interpreter + layout->interpreter_threads);

		for (; state; state = python_word(py, state + NODE_OF_THREAD)) {
			if (count == PYTHON_THREADS_MOST) {
				*ret_partial = true;
				return count;
			}

			struct python_thread thread = { .state = state };

			thread.ident = python_word(py, state + layout->thread_ident);
			thread.tid = thread_tid(py, state, thread.ident);
			thread.frame = thread_frame(py, state);
			if (thread.tid)
				ret[count++] = thread;
			else if (!py->reads_left || state % 8)
				break;
		}
		interpreter = python_word(py, interpreter + layout->interpreter_next);
	}
	if (!py->reads_left)
		*ret_partial = true;
	return count;
}

static bool has_thread(struct python *py, uint32_t tid)
{
	const struct python_layout *layout = py->layout;
	uint64_t interpreter =
		python_word(py, py->interpreter.runtime + layout->runtime_interpreters);
	uint64_t state = python_word(py, interpreter + layout->interpreter_threads);

	for (int i = 0; state && i < PYTHON_THREADS_MOST; i++) {
		uint64_t ident = python_word(py, state + layout->thread_ident);

		if (ident && thread_tid(py, state, ident) == tid)
			return true;
		state = python_word(py, state + NODE_OF_THREAD);
	}
	return false;
}

/* What is read through here is counted, kept, and part of a recorded image. */
static int fetch_counted(void *context, uint64_t address, void *ret, size_t length)
{
	return python_read(context, address, ret, length);
}

int python_open(struct python *py, const struct python_memory *memory,
		const struct interpreter *interpreter, uint32_t tid)
{
	const struct python_memory counted = { fetch_counted, py };

	py->memory = *memory;
	py->interpreter = *interpreter;
	py->layout = NULL;
	py->reads_left = PYTHON_READS_MOST;
	python_forget(py);
	if (!(interpreter->flags & INTERPRETER_KNOWN) ||
	    !python_layout_of(&counted, interpreter, &py->own))
		return -EOPNOTSUPP;
	py->layout = &py->own;
	return has_thread(py, tid) ? 0 : -EINVAL;
}

static uint64_t word_at(const struct python_memory *memory, uint64_t address)
{
	uint64_t word;

	return memory->fetch(memory->context, address, &word, sizeof(word)) ? 0 : word;
}

/* The structure for debuggers says what no symbol does: that there is no GIL. */
static void read_cookie(const struct python_memory *memory, struct interpreter *interpreter)
{
	char cookie[sizeof(COOKIE) - 1];

	if (memory->fetch(memory->context, interpreter->runtime, cookie, sizeof(cookie)) ||
	    memcmp(cookie, COOKIE, sizeof(cookie)))
		return;
	interpreter->version = (uint32_t)word_at(memory, interpreter->runtime + COOKIE_VERSION);
	if (word_at(memory, interpreter->runtime + COOKIE_FREE_THREADED))
		interpreter->flags |= INTERPRETER_FREE_THREADED;
}

void interpreter_complete(const struct python_memory *memory, struct interpreter *interpreter)
{
	struct python_layout layout;

	read_cookie(memory, interpreter);
	if (interpreter->flags & INTERPRETER_FREE_THREADED ||
	    !python_layout_of(memory, interpreter, &layout))
		return;
	interpreter->flags |= INTERPRETER_KNOWN;
	if (layout.runtime_gil) {
		interpreter->gil = interpreter->runtime + layout.runtime_gil;
		return;
	}

	uint64_t head = word_at(memory, interpreter->runtime + layout.runtime_interpreters);

	interpreter->gil = head ? word_at(memory, head + layout.interpreter_gil) : 0;
}

/*
 * last_holder is written after locked, so for a moment the GIL may be another thread's. But the
 * state of whoever holds it says that it is the current one, and that of whoever gave it back no
 * longer does.
 */
static bool is_current(const struct python_memory *memory, const struct interpreter *interpreter,
		       const struct python_layout *layout, uint64_t state)
{
	if (layout->runtime_current)
		return word_at(memory, interpreter->runtime + layout->runtime_current) == state;
	return layout->thread_status &&
	       word_at(memory, state + layout->thread_status) & THREAD_ACTIVE;
}

int interpreter_gil(const struct python_memory *memory, const struct interpreter *interpreter,
		    struct python_gil *ret)
{
	struct python_gil gil = { 0 };
	struct python_layout layout;

	if (!(interpreter->flags & INTERPRETER_KNOWN) || !interpreter->gil ||
	    !python_layout_of(memory, interpreter, &layout))
		return -EOPNOTSUPP;
	gil.holder = word_at(memory, interpreter->gil + PYTHON_GIL_HOLDER);
	if ((uint32_t)word_at(memory, interpreter->gil + PYTHON_GIL_LOCKED) != 1 || !gil.holder ||
	    !is_current(memory, interpreter, &layout, gil.holder))
		return -EBUSY;
	if (layout.thread_native) {
		gil.tid_at = gil.holder + layout.thread_native;
	} else {
		if (!PTHREAD_TID)
			return -EOPNOTSUPP;
		gil.tid_at = word_at(memory, gil.holder + layout.thread_ident) + PTHREAD_TID;
	}
	gil.tid = (uint32_t)word_at(memory, gil.tid_at);
	if (!gil.tid || gil.tid > TID_MOST)
		return -EBUSY;
	*ret = gil;
	return 0;
}
