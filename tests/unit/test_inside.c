/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include "core/inside.h"
#include "core/stack.h"

static struct stack_frame python(const char *file, const char *function)
{
	struct stack_frame frame = { .type = FRAME_PYTHON };

	name_copy(frame.file, sizeof(frame.file), file);
	name_copy(frame.function, sizeof(frame.function), function);
	return frame;
}

#define LIBRARY		       "/usr/lib/python3.11"
#define PYTHON(file, function) python(file, function)
#define OWN		       PYTHON("/srv/till.py", "serve")

#define INSIDE(...)                                                  \
	({                                                           \
		struct stack_frame frames[] = { __VA_ARGS__ };       \
		inside_of(frames, sizeof(frames) / sizeof(*frames)); \
	})

Test(inside, outermost_call_of_the_library_is_what_was_called)
{
	cr_expect_eq(INSIDE(PYTHON(LIBRARY "/threading.py", "Condition.wait"), OWN),
		     INSIDE_CONDITION);
	cr_expect_eq(INSIDE(PYTHON(LIBRARY "/threading.py", "Condition.wait"),
			    PYTHON(LIBRARY "/queue.py", "Queue.get"), OWN),
		     INSIDE_QUEUE_GET);
}

Test(inside, what_the_program_was_called_from_is_not_what_it_called)
{
	cr_expect_eq(INSIDE(OWN, PYTHON(LIBRARY "/threading.py", "Condition.wait")),
		     INSIDE_NOTHING);
}

Test(inside, event_loop_waits_for_something_to_do)
{
	cr_expect_eq(INSIDE(PYTHON(LIBRARY "/selectors.py", "EpollSelector.select"),
			    PYTHON(LIBRARY "/asyncio/base_events.py", "BaseEventLoop._run_once"),
			    PYTHON(LIBRARY "/asyncio/base_events.py", "BaseEventLoop.run_forever"),
			    OWN),
		     INSIDE_EVENT_LOOP);
}

Test(inside, what_an_event_loop_calls_should_not_wait_for_a_future)
{
	cr_expect_eq(INSIDE(PYTHON(LIBRARY "/threading.py", "Condition.wait"),
			    PYTHON(LIBRARY "/concurrent/futures/_base.py", "Future.result"), OWN,
			    PYTHON(LIBRARY "/asyncio/base_events.py", "BaseEventLoop._run_once")),
		     INSIDE_LOOPS_FUTURE);
	cr_expect_eq(INSIDE(PYTHON(LIBRARY "/threading.py", "Condition.wait"),
			    PYTHON(LIBRARY "/concurrent/futures/_base.py", "Future.result"), OWN),
		     INSIDE_FUTURE);
}

Test(inside, names_alone_do_not_make_it_the_library)
{
	cr_expect_eq(INSIDE(PYTHON("/srv/queue/jobs.py", "Queue.get"), OWN), INSIDE_NOTHING);
	cr_expect_eq(INSIDE(PYTHON(LIBRARY "/queue.py", "Queue.put"), OWN), INSIDE_NOTHING);
}

/* Such are the names that Cython gives to what it compiles. */
Test(inside, native_code_is_not_the_library)
{
	struct stack_frame compiled = PYTHON(LIBRARY "/threading.py", "Condition.wait");

	compiled.type = FRAME_NATIVE;
	name_copy(compiled.module, sizeof(compiled.module), "libpython3.11.so.1.0");
	cr_expect_eq(INSIDE(compiled, OWN), INSIDE_NOTHING);
}
