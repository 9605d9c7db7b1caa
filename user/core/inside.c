/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of CPython 3.11 and later: before, a code object has no qualified name, and most bare
 * ones could be of several classes. */
#include "core/inside.h"

#include <string.h>

#include "core/affix.h"
#include "core/own_frame.h"
#include "core/stack.h"

#define LOOP_FILE "/asyncio/base_events.py"

static const struct {
	const char *file, *function;
	enum inside inside;
} calls[] = {
	{ "/threading.py", "Event.wait", INSIDE_EVENT },
	{ "/synchronize.py", "Event.wait", INSIDE_EVENT },
	{ "/threading.py", "Barrier.wait", INSIDE_BARRIER },
	{ "/threading.py", "Condition.wait", INSIDE_CONDITION },
	{ "/synchronize.py", "Condition.wait", INSIDE_CONDITION },
	{ "/queue.py", "Queue.get", INSIDE_QUEUE_GET },
	{ "/queues.py", "Queue.get", INSIDE_QUEUE_GET },
	{ "/queues.py", "JoinableQueue.get", INSIDE_QUEUE_GET },
	{ "/queues.py", "SimpleQueue.get", INSIDE_QUEUE_GET },
	{ "/queues.py", "Queue._feed", INSIDE_QUEUE_FEEDER },
	{ "/subprocess.py", "Popen.wait", INSIDE_SUBPROCESS },
	{ LOOP_FILE, "BaseEventLoop._run_once", INSIDE_EVENT_LOOP },
	{ LOOP_FILE, "_run_once", INSIDE_EVENT_LOOP },
	{ "/concurrent/futures/_base.py", "Future.result", INSIDE_FUTURE },
	{ "/concurrent/futures/_base.py", "result", INSIDE_FUTURE },
};

static enum inside inside_frame(const struct stack_frame *frame)
{
	if (frame->type != FRAME_PYTHON)
		return INSIDE_NOTHING;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (!strcmp(frame->function, calls[i].function) &&
		    ends_with(frame->file, calls[i].file))
			return calls[i].inside;
	return INSIDE_NOTHING;
}

enum inside inside_of(const struct stack_frame *frames, size_t count)
{
	for (size_t i = own_frame_find(frames, count, 0); i--;) {
		enum inside inside = inside_frame(&frames[i]);

		if (inside == INSIDE_FUTURE && inside_event_loop(frames + i, count - i))
			return INSIDE_LOOPS_FUTURE;
		if (inside != INSIDE_NOTHING)
			return inside;
	}
	return INSIDE_NOTHING;
}

bool inside_event_loop(const struct stack_frame *frames, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (frames[i].type == FRAME_PYTHON && ends_with(frames[i].file, LOOP_FILE))
			return true;
	return false;
}
