/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <sys/syscall.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define STRONG (EDGE_CAN_END | EDGE_HOLDER)

/* 10 sleeps in write() for a lock that 20 owns. */
static struct look_task *waiter(struct fake_system *system, enum blocker_kind kind)
{
	struct look_task *task = fake_task(system, 10, 10);

	fake_task(system, 20, 20);
	fake_call(task, SYS_write, 1, 0x1000, 1, 0);
	task->flags |= TASK_UNINTERRUPTIBLE;
	task->blocker = 0x8000;
	task->blocker_kind = kind;
	task->blocker_owner = 20;
	return task;
}

static uint32_t open_of(struct fake_system *system)
{
	struct fake_wait wait = fake_resolve(system, &kernel_lock_kind, 10, COST_LOOK);

	fake_system_deinit(system);
	return wait.open;
}

Test(kind_kernel_lock, waits_for_the_owner_and_nobody_else)
{
	for (enum blocker_kind kind = BLOCKER_MUTEX; kind < BLOCKER_KINDS; kind++) {
		struct fake_system system = { 0 };

		waiter(&system, kind);

		struct fake_wait wait = fake_resolve(&system, &kernel_lock_kind, 10, COST_READ);

		cr_assert_eq(wait.open, 0);
		cr_assert_eq(wait.edge_count, 1);
		cr_expect_eq(wait.edges[0].target, fake_node(&system, 20));
		cr_expect_eq(wait.edges[0].flags, STRONG);
		cr_expect_eq(wait.edges[0].relation, RELATION_HOLDS);
		fake_system_deinit(&system);
	}
}

Test(kind_kernel_lock, that_several_readers_hold_is_open)
{
	struct fake_system system = { 0 };

	waiter(&system, BLOCKER_RWSEM_WRITE)->blocker_owner = 0;
	cr_assert_eq(open_of(&system), OPEN_BIT(OPEN_IN_KERNEL));
}

Test(kind_kernel_lock, that_was_just_handed_over_is_open)
{
	struct fake_system system = { 0 };

	waiter(&system, BLOCKER_MUTEX)->blocker_owner = 10;
	cr_assert_eq(open_of(&system), OPEN_BIT(OPEN_BUSY));
}

Test(kind_kernel_lock, whose_owner_is_not_known_is_open)
{
	struct fake_system system = { 0 };

	waiter(&system, BLOCKER_MUTEX)->blocker_owner = 99;
	cr_assert_eq(open_of(&system), OPEN_BIT(OPEN_BUSY));
}

Test(kind_kernel_lock, whose_owner_has_ended_is_open)
{
	struct fake_system system = { 0 };

	waiter(&system, BLOCKER_MUTEX);
	system.tasks[1].flags = TASK_DEAD;
	cr_assert_eq(open_of(&system), OPEN_BIT(OPEN_BUSY));
}

Test(kind_kernel_lock, that_a_signal_interrupts_is_open_to_handlers)
{
	struct fake_system system = { 0 };
	struct look_task *task = waiter(&system, BLOCKER_MUTEX);

	task->flags &= ~TASK_UNINTERRUPTIBLE;
	task->caught = 1 << 14;
	cr_assert_eq(fake_resolve(&system, &kernel_lock_kind, 10, COST_SEARCH).open,
		     OPEN_BIT(OPEN_SIGNAL));
	fake_system_deinit(&system);
}

Test(kind_kernel_lock, no_handler_ends_what_nothing_interrupts)
{
	struct fake_system system = { 0 };

	waiter(&system, BLOCKER_MUTEX)->caught = 1 << 14;
	cr_assert_eq(fake_resolve(&system, &kernel_lock_kind, 10, COST_SEARCH).open, 0);
	fake_system_deinit(&system);
}
