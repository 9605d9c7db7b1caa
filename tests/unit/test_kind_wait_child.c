/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define STRONG (EDGE_CAN_END | EDGE_HOLDER)

/* Process 10 with children 20 and 30. */
static struct look_task *family(struct fake_system *system)
{
	struct look_task *task = fake_task(system, 10, 10);

	fake_task(system, 20, 20)->ppid = 10;
	fake_task(system, 30, 30)->ppid = 10;
	fake_task(system, 40, 40);
	return task;
}

static uint32_t open_for(int32_t pid)
{
	struct fake_system system = { 0 };

	fake_call(family(&system), SYS_wait4, pid, 0, 0, 0);

	uint32_t open = fake_resolve(&system, &wait4_kind, 10, COST_READ).open;

	fake_system_deinit(&system);
	return open;
}

Test(kind_wait_child, named_child_alone_ends_the_wait)
{
	struct fake_system system = { 0 };

	fake_call(family(&system), SYS_wait4, 30, 0, 0, 0);

	struct fake_wait wait = fake_resolve(&system, &wait4_kind, 10, COST_LOOK);

	cr_assert_eq(wait.next, COST_DONE);
	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].target, fake_process(&system, 30));
	cr_assert_eq(wait.edges[0].relation, RELATION_CHILD);
	cr_assert_eq(wait.edges[0].flags, STRONG);
	fake_system_deinit(&system);
}

Test(kind_wait_child, what_is_no_living_child_would_have_ended_the_call)
{
	cr_expect_eq(open_for(30), 0);
	cr_expect_eq(open_for(40), OPEN_BIT(OPEN_BUSY), "no child");
	cr_expect_eq(open_for(99), OPEN_BIT(OPEN_BUSY), "nobody");
}

Test(kind_wait_child, upper_half_of_the_argument_does_not_count)
{
	struct fake_system system = { 0 };

	fake_call(family(&system), SYS_wait4, 0xffffffff, 0, 0, 0);

	struct fake_wait wait = fake_resolve(&system, &wait4_kind, 10, COST_LOOK);

	cr_assert(fake_group_edge(&system, &wait, GROUP_CHILDREN), "pid -1 is any child");
	fake_system_deinit(&system);
}

Test(kind_wait_child, any_child_is_all_of_them_as_one_group)
{
	struct fake_system system = { 0 };

	fake_call(family(&system), SYS_wait4, -1, 0, 0, 0);

	struct fake_wait wait = fake_resolve(&system, &wait4_kind, 10, COST_LOOK);
	const struct edge *edge = fake_group_edge(&system, &wait, GROUP_CHILDREN);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(edge->flags, STRONG);
	cr_assert_eq(fake_group(&system, edge)->member_count, 2);
	fake_system_deinit(&system);
}

Test(kind_wait_child, only_child_is_named_itself)
{
	struct fake_system system = { 0 };

	fake_call(fake_task(&system, 10, 10), SYS_wait4, -1, 0, 0, 0);
	fake_task(&system, 20, 20)->ppid = 10;

	struct fake_wait wait = fake_resolve(&system, &wait4_kind, 10, COST_LOOK);

	cr_assert_eq(wait.edges[0].target, fake_process(&system, 20));
	fake_system_deinit(&system);
}

Test(kind_wait_child, process_group_makes_nobody_responsible)
{
	struct fake_system system = { 0 };

	fake_call(family(&system), SYS_wait4, 0, 0, 0, 0);

	struct fake_wait wait = fake_resolve(&system, &wait4_kind, 10, COST_LOOK);

	cr_assert_eq(fake_group_edge(&system, &wait, GROUP_CHILDREN)->flags, EDGE_CAN_END);
	fake_system_deinit(&system);
}

Test(kind_wait_child, another_thread_may_bear_the_child_that_ends_it)
{
	struct fake_system system = { 0 };

	fake_call(family(&system), SYS_wait4, -1, 0, 0, 0);
	fake_task(&system, 10, 11);

	struct fake_wait any = fake_resolve(&system, &wait4_kind, 10, COST_LOOK);

	cr_assert_eq(fake_group_edge(&system, &any, GROUP_MEMORY)->flags, EDGE_CAN_END);
	fake_system_deinit(&system);
}

Test(kind_wait_child, zombie_is_about_to_be_reaped)
{
	struct fake_system system = { 0 };

	fake_call(family(&system), SYS_wait4, -1, 0, 0, 0);
	system.tasks[1].flags = TASK_DEAD;
	cr_assert(fake_resolve(&system, &wait4_kind, 10, COST_LOOK).open & OPEN_BIT(OPEN_BUSY));
	fake_system_deinit(&system);
}

Test(kind_wait_child, dead_leader_of_living_threads_is_not_reaped)
{
	struct fake_system system = { 0 };

	fake_call(family(&system), SYS_wait4, 20, 0, 0, 0);
	system.tasks[1].flags = TASK_DEAD;
	fake_task(&system, 20, 21)->ppid = 10;

	struct fake_wait wait = fake_resolve(&system, &wait4_kind, 10, COST_LOOK);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edges[0].target, fake_process(&system, 20));
	fake_system_deinit(&system);
}

Test(kind_wait_child, without_children_it_would_have_returned)
{
	struct fake_system system = { 0 };

	fake_call(fake_task(&system, 10, 10), SYS_wait4, -1, 0, 0, 0);
	cr_assert_eq(fake_resolve(&system, &wait4_kind, 10, COST_LOOK).open, OPEN_BIT(OPEN_BUSY));
	fake_system_deinit(&system);
}

Test(kind_wait_child, tracer_hears_of_its_tracees)
{
	struct fake_system system = { 0 };

	fake_call(family(&system), SYS_wait4, 30, 0, 0, 0);
	fake_task(&system, 10, 11)->flags |= TASK_TRACER;
	cr_assert_eq(fake_resolve(&system, &wait4_kind, 10, COST_LOOK).open,
		     OPEN_BIT(OPEN_STOPPED));
	fake_system_deinit(&system);
}

Test(kind_wait_child, namespaces_first_process_is_given_orphans)
{
	struct fake_system system = { 0 };
	struct look_task *task = family(&system);

	fake_call(task, SYS_wait4, -1, 0, 0, 0);
	task->ns_pid = 1;
	cr_assert_eq(fake_resolve(&system, &wait4_kind, 10, COST_LOOK).open, OPEN_BIT(OPEN_ALIVE));
	fake_system_deinit(&system);
}

static uint32_t open_for_subreaper(bool grandchild, int32_t pid)
{
	struct fake_system system = { 0 };
	struct look_task *task = family(&system);

	fake_call(task, SYS_wait4, pid, 0, 0, 0);
	task->flags |= TASK_SUBREAPER;
	if (grandchild)
		fake_task(&system, 50, 50)->ppid = 30;

	uint32_t open = fake_resolve(&system, &wait4_kind, 10, COST_LOOK).open;

	fake_system_deinit(&system);
	return open;
}

Test(kind_wait_child, subreaper_is_given_the_children_of_its_grandchildren)
{
	cr_expect_eq(open_for_subreaper(true, -1), OPEN_BIT(OPEN_ALIVE));
	cr_expect_eq(open_for_subreaper(true, 0), OPEN_BIT(OPEN_ALIVE));
	cr_expect_eq(open_for_subreaper(false, -1), 0, "nobody can become its child");
	cr_expect_eq(open_for_subreaper(true, 30), 0, "no other child ends that wait");
}

/* include/uapi/linux/wait.h: what they leave out of the children only makes the wait's set larger.
 */
Test(kind_wait_child, forms_of_the_call_leave_no_child_out)
{
	static const uint32_t forms[] = { __WALL, __WCLONE, __WNOTHREAD, WUNTRACED, WCONTINUED };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct fake_system system = { 0 };

		fake_call(family(&system), SYS_wait4, -1, 0, forms[i], 0);

		struct fake_wait wait = fake_resolve(&system, &wait4_kind, 10, COST_LOOK);

		cr_expect_eq(wait.open, 0);
		cr_expect_eq(wait.edge_count, 1, "the group of both");
		fake_system_deinit(&system);
	}
}

static uint32_t open_for_waitid(uint32_t options)
{
	struct fake_system system = { 0 };

	fake_call(family(&system), SYS_waitid, P_ALL, 0, 0, options);

	uint32_t open = fake_resolve(&system, &waitid_kind, 10, COST_LOOK).open;

	fake_system_deinit(&system);
	return open;
}

Test(kind_wait_child, waitid_for_all_waits_for_their_ends_alone)
{
	cr_expect_eq(open_for_waitid(WEXITED), 0);
	cr_expect_eq(open_for_waitid(WEXITED | WNOWAIT | __WALL), 0);
	cr_expect_eq(open_for_waitid(WSTOPPED), OPEN_BIT(OPEN_STOPPED));
	cr_expect_eq(open_for_waitid(WCONTINUED), OPEN_BIT(OPEN_STOPPED));
}

Test(kind_wait_child, number_is_of_the_waiters_namespace)
{
	struct fake_system system = { 0 };
	struct look_task *task = family(&system);

	fake_call(task, SYS_wait4, 2, 0, 0, 0);
	task->pid_ns = system.tasks[1].pid_ns = 77;
	task->ns_level = system.tasks[1].ns_level = 1;
	task->ns_tid = 1;
	system.tasks[1].ns_tid = 2;

	struct fake_wait wait = fake_resolve(&system, &wait4_kind, 10, COST_LOOK);

	cr_assert_eq(wait.edges[0].target, fake_process(&system, 20));
	fake_system_deinit(&system);
}

static uint32_t open_in_nested_namespaces(uint32_t level, uint32_t brother_level)
{
	struct fake_system system = { 0 };
	struct look_task *task = family(&system);

	fake_call(task, SYS_wait4, 2, 0, 0, 0);
	for (int i = 0; i < 3; i++) {
		system.tasks[i].ns_level = i ? (i == 1 ? level : brother_level) : 1;
		system.tasks[i].pid_ns = 70 + system.tasks[i].ns_level;
		system.tasks[i].ns_tid = 10 + i;
	}

	uint32_t open = fake_resolve(&system, &wait4_kind, 10, COST_LOOK).open;

	fake_system_deinit(&system);
	return open;
}

Test(kind_wait_child, number_of_the_only_child_in_a_namespace_below)
{
	cr_expect_eq(open_in_nested_namespaces(2, 1), 0);
	cr_expect_eq(open_in_nested_namespaces(2, 2), OPEN_BIT(OPEN_BUSY), "two it could be");
}

Test(kind_wait_child, waitid_names_the_same_children)
{
	struct fake_system system = { 0 };

	fake_call(family(&system), SYS_waitid, P_PID, 20, 0, WEXITED);

	struct fake_wait wait = fake_resolve(&system, &waitid_kind, 10, COST_LOOK);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edges[0].target, fake_process(&system, 20));
	fake_system_deinit(&system);
}

Test(kind_wait_child, waitid_for_stops_is_open)
{
	struct fake_system system = { 0 };

	fake_call(family(&system), SYS_waitid, P_PID, 20, 0, WSTOPPED);
	cr_assert_eq(fake_resolve(&system, &waitid_kind, 10, COST_LOOK).open,
		     OPEN_BIT(OPEN_STOPPED));
	fake_system_deinit(&system);
}

Test(kind_wait_child, pidfd_leads_to_its_process)
{
	struct fake_system system = { 0 };
	struct open_file file = { .kind = FILE_PIDFD, .target = 30 };

	fake_call(family(&system), SYS_waitid, 3 /* P_PIDFD */, 5, 0, WEXITED);
	fake_descriptor(&system, 10, 5, &file);
	cr_assert_eq(fake_resolve(&system, &waitid_kind, 10, COST_LOOK).next, COST_READ);

	struct fake_wait wait = fake_resolve(&system, &waitid_kind, 10, COST_READ);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edges[0].target, fake_process(&system, 30));
	fake_system_deinit(&system);
}

Test(kind_wait_child, handler_opens_it_and_leaves_the_child_responsible)
{
	static const char *const programs[] = { "/bin/bash", "/usr/sbin/service" };

	for (int i = 0; i < 2; i++) {
		struct fake_system system = { 0 };
		struct look_task *task = family(&system);

		task->caught = 1ull << (SIGTERM - 1);
		fake_call(task, SYS_wait4, 20, 0, 0, 0);
		fake_program(&system, 10, programs[i]);

		struct fake_wait wait = fake_resolve(&system, &wait4_kind, 10, COST_READ);

		cr_expect_eq(wait.open, OPEN_BIT(OPEN_SIGNAL), "%s", programs[i]);
		cr_expect_eq(wait.edges[0].flags, STRONG);
		fake_system_deinit(&system);
	}
}

Test(kind_wait_child, child_with_a_timer_ends_one_day)
{
	struct fake_system system = { 0 };

	fake_call(family(&system), SYS_wait4, 20, 0, 0, 0);
	fake_task(&system, 20, 21)->flags |= TASK_TIMER;
	cr_assert_eq(fake_resolve(&system, &wait4_kind, 10, COST_READ).open, OPEN_BIT(OPEN_TIMER));
	fake_system_deinit(&system);
}
