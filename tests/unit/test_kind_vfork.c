/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <sys/syscall.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define STRONG (EDGE_CAN_END | EDGE_HOLDER)

/* Process 10 sleeps in vfork; 20 is its child, 30 another process. */
static struct look_task *parent(struct fake_system *system)
{
	struct look_task *task = fake_task(system, 10, 10);

	fake_task(system, 20, 20)->ppid = 10;
	fake_task(system, 30, 30);
	fake_call(task, SYS_clone3, 0, 0, 0, 0);
	task->flags |= TASK_UNINTERRUPTIBLE;
	return task;
}

Test(kind_vfork, waits_for_who_borrows_its_memory)
{
	struct fake_system system = { 0 };
	struct look_task *task = parent(&system);

	system.tasks[1].mm = task->mm;

	struct fake_wait wait = fake_resolve(&system, &vfork_kind, 10, COST_LOOK);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_expect_eq(wait.edges[0].target, fake_process(&system, 20));
	cr_expect_eq(wait.edges[0].flags, STRONG);
	cr_expect_eq(wait.edges[0].relation, RELATION_CHILD);
	fake_system_deinit(&system);
}

Test(kind_vfork, of_several_borrowers_none_is_responsible)
{
	struct fake_system system = { 0 };
	struct look_task *task = parent(&system);

	system.tasks[1].mm = system.tasks[2].mm = task->mm;

	struct fake_wait wait = fake_resolve(&system, &vfork_kind, 10, COST_LOOK);

	cr_assert_eq(wait.edge_count, 2);
	cr_expect_eq(wait.edges[0].flags, EDGE_CAN_END);
	cr_expect_eq(wait.edges[1].flags, EDGE_CAN_END);
	fake_system_deinit(&system);
}

Test(kind_vfork, without_a_borrower_it_is_about_to_return)
{
	struct fake_system system = { 0 };

	parent(&system);
	cr_assert_eq(fake_resolve(&system, &vfork_kind, 10, COST_LOOK).open, OPEN_BIT(OPEN_BUSY));
	fake_system_deinit(&system);
}

Test(kind_vfork, clone_that_sleeps_otherwise_is_none)
{
	struct fake_system system = { 0 };

	parent(&system)->flags &= ~TASK_UNINTERRUPTIBLE;
	cr_assert_not(fake_recognise(&system, &vfork_kind, 10));
	fake_system_deinit(&system);
}
