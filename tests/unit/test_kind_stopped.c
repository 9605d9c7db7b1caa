/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <signal.h>

#include "fake_system.h"
#include "kinds/kinds.h"

/* 10 does not run because of these flags; 20 is a debugger. */
static struct look_task *stopped(struct fake_system *system, uint32_t flags)
{
	struct look_task *task = fake_task(system, 10, 10);

	strcpy(fake_task(system, 20, 20)->name, "gdb");
	task->flags = flags;
	return task;
}

static struct fake_wait wait_of(struct fake_system *system)
{
	struct fake_wait wait = fake_resolve(system, &stopped_kind, 10, COST_READ);

	fake_system_deinit(system);
	return wait;
}

Test(kind_stopped, by_a_signal_is_open_and_names_the_signal)
{
	struct fake_system system = { 0 };

	stopped(&system, TASK_STOPPED)->stop_signal = SIGTTIN;

	struct fake_wait wait = wait_of(&system);

	cr_expect_eq(wait.open, OPEN_BIT(OPEN_STOPPED));
	cr_expect_str_eq(wait.description, "signal 21 (TTIN)");
}

Test(kind_stopped, by_a_tracer_names_it)
{
	struct fake_system system = { 0 };

	stopped(&system, TASK_TRACED)->tracer = 20;

	struct fake_wait wait = wait_of(&system);

	cr_expect_eq(wait.open, OPEN_BIT(OPEN_STOPPED));
	cr_expect_str_eq(wait.description, "its tracer gdb[20]");
}

Test(kind_stopped, by_a_tracer_that_is_not_seen_says_so)
{
	struct fake_system system = { 0 };

	stopped(&system, TASK_TRACED)->tracer = 99;
	cr_expect_str_eq(wait_of(&system).description, "its tracer");
}

Test(kind_stopped, frozen_by_a_cgroup_names_it)
{
	struct fake_system system = { 0 };

	stopped(&system, TASK_SLEEPING | TASK_FROZEN);
	fake_cgroup(&system, 10, "/a/b");

	struct fake_wait wait = wait_of(&system);

	cr_expect_eq(wait.open, OPEN_BIT(OPEN_FROZEN));
	cr_expect_str_eq(wait.description, "cgroup /a/b");
}

Test(kind_stopped, who_is_only_attached_and_sleeps_in_a_call_is_not)
{
	struct fake_system system = { 0 };

	stopped(&system, TASK_SLEEPING | TASK_TRACED);
	cr_expect_not(fake_recognise(&system, &stopped_kind, 10));
	fake_system_deinit(&system);
}
