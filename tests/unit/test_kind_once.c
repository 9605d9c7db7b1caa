/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include "core/stack.h"
#include "fake_system.h"
#include "kinds/kinds.h"

#define WORD	     0x404040
#define WAIT_PRIVATE 0x80

static enum wait_kind kind_of(uint32_t op, uint32_t value, const struct stack_frame *frames,
			      size_t count)
{
	struct fake_system system = { 0 };
	struct look_task *task = fake_task(&system, 10, 10);

	fake_futex(task, WORD, op, value, &value, sizeof(value));

	enum wait_kind kind = futex_kind.by_stack(task, frames, count);

	fake_system_deinit(&system);
	return kind;
}

static const struct stack_frame waiting[] = {
	{ .pc = 0x7f10, .function = "futex_wait", .flags = FRAME_INLINED },
	{ .pc = 0x7f10, .function = "__pthread_once_slow" },
	{ .pc = 0x4010, .function = "main" },
};

Test(kind_once, routine_of_another_thread_is_waited_for)
{
	cr_expect_eq(kind_of(WAIT_PRIVATE, 1, waiting, 3), WAIT_ONCE);
	cr_expect_eq(kind_of(WAIT_PRIVATE, 5, waiting + 1, 2), WAIT_ONCE, "in a child");
}

Test(kind_once, word_of_another_form_is_a_futex)
{
	cr_expect_eq(kind_of(WAIT_PRIVATE, 2, waiting, 3), WAIT_FUTEX, "done");
	cr_expect_eq(kind_of(WAIT_PRIVATE, 0, waiting, 3), WAIT_FUTEX, "not begun");
	cr_expect_eq(kind_of(0, 1, waiting, 3), WAIT_FUTEX, "shared");
	cr_expect_eq(kind_of(0x89, 1, waiting, 3), WAIT_FUTEX, "bitset");
}

Test(kind_once, what_the_routine_itself_waits_for_is_a_futex)
{
	const struct stack_frame below[] = { { .pc = 0x4020, .function = "wait_for_word" },
					     waiting[1],
					     waiting[2] };

	cr_expect_eq(kind_of(WAIT_PRIVATE, 1, below, 3), WAIT_FUTEX);
}

Test(kind_once, stack_that_says_nothing_leaves_a_futex)
{
	const struct stack_frame guessed = { .pc = 0x7f10,
					     .function = "__pthread_once_slow",
					     .flags = FRAME_APPROXIMATE };

	cr_expect_eq(kind_of(WAIT_PRIVATE, 1, NULL, 0), WAIT_FUTEX);
	cr_expect_eq(kind_of(WAIT_PRIVATE, 1, &waiting[2], 1), WAIT_FUTEX);
	cr_expect_eq(kind_of(WAIT_PRIVATE, 1, &guessed, 1), WAIT_FUTEX);
}
