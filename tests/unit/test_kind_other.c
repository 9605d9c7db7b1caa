/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/syscall.h>

#include "fake_system.h"
#include "kinds/kinds.h"

static uint32_t open_in(int call, uint64_t fourth)
{
	struct fake_system system = { 0 };

	fake_call(fake_task(&system, 10, 10), call, 0, 0, 0, fourth);

	uint32_t open = fake_resolve(&system, &other_kind, 10, COST_LOOK).open;

	fake_system_deinit(&system);
	return open;
}

Test(kind_other, reason_is_the_best_that_the_call_gives)
{
	cr_expect_eq(open_in(SYS_clock_nanosleep, 0), OPEN_BIT(OPEN_TIMED));
	cr_expect_eq(open_in(SYS_recvfrom, 0), OPEN_BIT(OPEN_SOCKET));
	cr_expect_eq(open_in(SYS_restart_syscall, 0), OPEN_BIT(OPEN_TIMED));
	cr_expect_eq(open_in(SYS_flock, 0), OPEN_BIT(OPEN_UNKNOWN_CALL));
	cr_expect_eq(open_in(100000, 0), OPEN_BIT(OPEN_UNKNOWN_CALL));
}

Test(kind_other, timeout_of_epoll_is_a_signed_number)
{
	cr_expect_eq(open_in(SYS_epoll_pwait, 1000), OPEN_BIT(OPEN_TIMED));
	cr_expect_eq(open_in(SYS_epoll_pwait, 0xffffffff), OPEN_BIT(OPEN_UNKNOWN_CALL));
}

Test(kind_other, timed_semaphore_operation_is_timed)
{
	cr_expect_eq(open_in(SYS_semtimedop, 0x7ffe0000), OPEN_BIT(OPEN_TIMED));
	cr_expect_eq(open_in(SYS_semtimedop, 0), OPEN_BIT(OPEN_UNKNOWN_CALL));
}

Test(kind_other, every_kind_has_its_row_and_the_last_takes_all)
{
	const struct kind_table *table = kinds_table();
	uint64_t seen = 0;

	for (size_t i = 0; i < table->count; i++)
		seen |= 1ull << table->kinds[i]->kind;
	cr_expect_eq(seen, (1ull << WAIT_KIND_COUNT) - 1 - (1ull << WAIT_NONE));
	cr_expect_eq(table->kinds[table->count - 1]->kind, WAIT_OTHER);
}

Test(calls, thirty_two_bit_call_that_no_other_is_like_is_unknown)
{
	struct look_task task = { .call = CALL_OTHER, .flags = TASK_COMPAT };

	cr_expect_eq(call_of(&task), CALL_UNKNOWN);
	cr_expect_str_eq(call_name(task.call), "?");
}

Test(calls, number_out_of_range_is_unknown)
{
	struct look_task task = { .call = -1 };

	cr_expect_eq(call_of(&task), CALL_UNKNOWN);
	task.call = 1 << 30;
	cr_expect_eq(call_of(&task), CALL_UNKNOWN);
	cr_expect_str_eq(call_name(-1), "?");
	cr_expect_str_eq(call_name(1 << 30), "?");
	cr_expect_str_eq(call_name(SYS_wait4), "wait4");
}
