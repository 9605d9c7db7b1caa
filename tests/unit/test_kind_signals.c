/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <signal.h>
#include <sys/syscall.h>

#include "fake_system.h"
#include "kinds/kinds.h"
#include "kinds/mutex_word.h"
#include "kinds/signals.h"

#define BIT(signal)  (1ull << ((signal)-1))
#define SEM_WAIT     0x189
#define WAIT_PRIVATE 0x80

static const uint32_t sem[10] = { 0, 1, 0 };

static struct look_task *sem_waiter(struct fake_system *system, uint64_t caught)
{
	struct look_task *task = fake_task(system, 10, 10);

	fake_futex(task, 0x404000, SEM_WAIT, 0, sem, sizeof(sem));
	task->caught = caught;
	return task;
}

static uint32_t sem_open(uint64_t caught, uint64_t blocked, uint32_t threads)
{
	struct fake_system system = { 0 };

	sem_waiter(&system, caught)->blocked_signals = blocked;
	for (uint32_t i = 1; i < threads; i++)
		fake_task(&system, 10, 10 + i);

	uint32_t open = fake_resolve(&system, &sem_kind, 10, COST_LOOK).open;

	fake_system_deinit(&system);
	return open;
}

Test(kind_signals, handler_may_post_a_semaphore)
{
	cr_assert_eq(sem_open(BIT(SIGTERM), 0, 1), OPEN_BIT(OPEN_SIGNAL));
}

Test(kind_signals, no_handler_leaves_it_closed)
{
	cr_assert_eq(sem_open(0, 0, 1), 0);
}

Test(kind_signals, faults_and_the_c_librarys_own_do_not_count)
{
	cr_assert_eq(sem_open(BIT(SIGSEGV) | BIT(SIGBUS) | BIT(32) | BIT(33), 0, 1), 0);
}

Test(kind_signals, interrupt_alone_does_not_count)
{
	cr_expect_eq(sem_open(BIT(SIGINT), 0, 1), 0);
	cr_expect_eq(sem_open(BIT(SIGINT) | BIT(SIGUSR1), 0, 1), OPEN_BIT(OPEN_SIGNAL));
}

Test(kind_signals, blocked_in_the_only_thread_it_does_not_count)
{
	cr_expect_eq(sem_open(BIT(SIGTERM), BIT(SIGTERM), 1), 0);
	cr_expect_eq(sem_open(BIT(SIGTERM), BIT(SIGTERM), 2), OPEN_BIT(OPEN_SIGNAL));
}

Test(kind_signals, caught_sigchld_makes_the_children_wakers)
{
	struct fake_system system = { 0 };

	sem_waiter(&system, BIT(SIGCHLD));
	fake_task(&system, 20, 20)->ppid = 10;

	struct fake_wait wait = fake_resolve(&system, &sem_kind, 10, COST_LOOK);
	const struct edge *edge = fake_edge(&wait, fake_process(&system, 20));

	cr_assert_eq(wait.open, 0);
	cr_assert(edge);
	cr_assert_eq(edge->relation, RELATION_MAY_WAKE);
	cr_assert_eq(edge->flags, EDGE_CAN_END);
	fake_system_deinit(&system);
}

Test(kind_signals, sigchld_without_a_handler_does_not)
{
	struct fake_system system = { 0 };

	sem_waiter(&system, 0);
	fake_task(&system, 20, 20)->ppid = 10;

	struct fake_wait wait = fake_resolve(&system, &sem_kind, 10, COST_LOOK);

	cr_assert_not(fake_edge(&wait, fake_process(&system, 20)));
	fake_system_deinit(&system);
}

Test(kind_signals, armed_timer_will_come)
{
	struct fake_system system = { 0 };

	sem_waiter(&system, 0)->flags |= TASK_TIMER;
	cr_assert_eq(fake_resolve(&system, &sem_kind, 10, COST_LOOK).open, OPEN_BIT(OPEN_TIMER));
	fake_system_deinit(&system);
}

/* Main thread 10 waits for a mutex that 11 owns, in a Python with a handler for every signal. */
Test(kind_signals, handler_may_not_unlock_a_mutex)
{
	struct fake_system system = { 0 };
	struct mutex_word word = { .lock = 2, .owner = 11, .users = 1 };
	struct look_task *task = fake_task(&system, 10, 10);

	task->caught = BIT(SIGTERM) | BIT(SIGUSR1);
	fake_futex(task, 0x404000, WAIT_PRIVATE, 2, &word, sizeof(word));
	fake_task(&system, 10, 11);
	fake_program(&system, 10, "/usr/bin/python3.11");
	cr_assert_eq(fake_resolve(&system, &mutex_kind, 10, COST_READ).open, 0);
	fake_system_deinit(&system);
}

/* Thread 10, the main one, or 11 waits for child 20; every signal has a handler. */
static uint32_t wait_open_for(uint32_t waiter, const char *program)
{
	struct fake_system system = { 0 };

	for (uint32_t tid = 10; tid <= 11; tid++) {
		struct look_task *task = fake_task(&system, 10, tid);

		task->caught = BIT(SIGTERM) | BIT(SIGUSR1);
		fake_call(task, SYS_wait4, 20, 0, 0, 0);
	}
	fake_task(&system, 20, 20)->ppid = 10;
	if (program)
		fake_program(&system, 10, program);

	uint32_t open = fake_resolve(&system, &wait4_kind, waiter, COST_READ).open;

	fake_system_deinit(&system);
	return open;
}

Test(kind_signals, handler_may_interrupt_a_wait_for_a_child)
{
	cr_expect_eq(wait_open_for(10, "/usr/bin/service"), OPEN_BIT(OPEN_SIGNAL));
	cr_expect_eq(wait_open_for(11, "/usr/bin/service"), OPEN_BIT(OPEN_SIGNAL));
}

Test(kind_signals, handler_may_raise_in_an_interpreters_main_thread)
{
	cr_expect_eq(wait_open_for(10, "/usr/bin/python3.11"), OPEN_BIT(OPEN_SIGNAL));
	cr_expect_eq(wait_open_for(10, "/bin/dash"), OPEN_BIT(OPEN_SIGNAL));
	cr_expect_eq(wait_open_for(11, "/usr/bin/python3.11"), 0, "not in another thread");
	cr_expect_eq(wait_open_for(10, NULL), OPEN_BIT(OPEN_UNREADABLE), "program unknown");
}

Test(kind_signals, program_is_asked_only_when_it_matters)
{
	struct fake_system system = { 0 };

	fake_call(fake_task(&system, 10, 10), SYS_wait4, 20, 0, 0, 0);
	fake_task(&system, 20, 20)->ppid = 10;
	fake_resolve(&system, &wait4_kind, 10, COST_READ);
	cr_assert_eq(system.asked[COST_READ], 0);
	fake_system_deinit(&system);
}

Test(kind_signals, programs_are_known_by_name_and_version)
{
	static const char *const names[] = { "sh", "python", NULL };

	cr_expect(program_is("/usr/bin/python3.11", names));
	cr_expect(program_is("/opt/python", names));
	cr_expect(program_is("/bin/sh (deleted)", names));
	cr_expect_not(program_is("/usr/bin/sha256sum", names));
	cr_expect_not(program_is("/usr/lib/python3/worker", names));
}

static struct fake_wait pausing(int call, uint64_t caught)
{
	struct fake_system system = { 0 };
	struct look_task *task = fake_task(&system, 10, 10);

	fake_call(task, call, 0, 0, 0, 0);
	task->caught = caught;

	struct fake_wait wait = fake_resolve(&system, &pause_kind, 10, COST_LOOK);

	fake_system_deinit(&system);
	return wait;
}

Test(kind_signals, suspended_for_a_handler_is_open)
{
	cr_expect_eq(pausing(SYS_rt_sigsuspend, BIT(SIGUSR1)).open, OPEN_BIT(OPEN_AWAITED_SIGNAL));
	cr_expect_eq(pausing(SYS_rt_sigsuspend, BIT(SIGINT)).open, OPEN_BIT(OPEN_AWAITED_SIGNAL));
}

Test(kind_signals, suspended_without_a_handler_is_idle)
{
	struct fake_wait wait = pausing(SYS_rt_sigsuspend, BIT(SIGSEGV));

	cr_assert(wait.idle);
	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 0);
}

static uint32_t open_of_sigwait(uint64_t timeout)
{
	struct fake_system system = { 0 };

	fake_call(fake_task(&system, 10, 10), SYS_rt_sigtimedwait, 0x7000, 0, timeout, 8);

	struct fake_wait wait = fake_resolve(&system, &pause_kind, 10, COST_LOOK);

	fake_system_deinit(&system);
	cr_expect_not(wait.idle);
	return wait.open;
}

Test(kind_signals, anybody_may_send_what_sigwait_takes)
{
	cr_expect_eq(open_of_sigwait(0), OPEN_BIT(OPEN_AWAITED_SIGNAL));
	cr_expect_eq(open_of_sigwait(0x7100), OPEN_BIT(OPEN_TIMED));
}
