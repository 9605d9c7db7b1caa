/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <signal.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define JOIN   0x109 /* FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, not private */
#define CLEARS 0x7f3600000990

/* Thread 10 waits until the kernel clears the word of thread 11, whose tid is the value. */
static struct look_task *joiner(struct fake_system *system, uint32_t value, uint64_t address)
{
	static const uint32_t words[10] = { 11 };
	struct look_task *task = fake_task(system, 10, 10);

	fake_task(system, 10, 11)->clear_child_tid = CLEARS;
	fake_futex(task, address, JOIN, value, words, sizeof(words));
	return task;
}

static bool recognised(uint32_t value, uint64_t address)
{
	struct fake_system system = { 0 };

	joiner(&system, value, address);

	bool yes = fake_recognise(&system, &join_kind, 10);

	fake_system_deinit(&system);
	return yes;
}

Test(kind_join, in_a_process_that_cancels_threads_another_thread_may_end_it)
{
	struct fake_system system = { 0 };

	joiner(&system, 11, CLEARS)->caught = 1ull << (32 - 1);

	struct fake_wait wait = fake_resolve(&system, &join_kind, 10, COST_READ);
	const struct edge *memory = fake_group_edge(&system, &wait, GROUP_MEMORY);

	cr_assert_eq(wait.edge_count, 2);
	cr_assert_eq(wait.edges[0].flags, EDGE_CAN_END | EDGE_HOLDER);
	cr_assert(memory);
	cr_assert_eq(memory->flags, EDGE_CAN_END, "not by custom");
	fake_system_deinit(&system);
}

Test(kind_join, word_that_is_no_tid_is_known_by_who_clears_it)
{
	cr_expect(recognised(2, CLEARS), "joinstate of 2.43: may be joined");
	cr_expect(recognised(1, CLEARS), "about to end");
	cr_expect_not(recognised(3, CLEARS), "detached");
	cr_expect_not(recognised(2, CLEARS + 4), "another word");
}

Test(kind_join, joined_thread_alone_ends_the_wait)
{
	struct fake_system system = { 0 };

	joiner(&system, 11, CLEARS);

	struct fake_wait wait = fake_resolve(&system, &join_kind, 10, COST_LOOK);

	cr_assert_eq(wait.next, COST_DONE);
	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].target, fake_node(&system, 11));
	cr_assert_eq(wait.edges[0].relation, RELATION_JOINS);
	cr_assert_eq(wait.edges[0].flags, EDGE_CAN_END | EDGE_HOLDER);
	fake_system_deinit(&system);
}

Test(kind_join, word_and_value_must_be_the_threads)
{
	cr_expect(recognised(11, CLEARS));
	cr_expect_not(recognised(10, CLEARS), "another tid");
	cr_expect_not(recognised(11, CLEARS + 4), "another word");
	cr_expect_not(recognised(99, CLEARS), "the thread has ended");
	cr_expect_not(recognised(0, CLEARS), "no tid");
}

Test(kind_join, thread_of_another_process_is_not_joined)
{
	struct fake_system system = { 0 };
	static const uint32_t words[10] = { 20 };

	fake_task(&system, 20, 20)->clear_child_tid = CLEARS;
	fake_futex(fake_task(&system, 10, 10), CLEARS, JOIN, 20, words, sizeof(words));
	cr_assert_not(fake_recognise(&system, &join_kind, 10));
	fake_system_deinit(&system);
}

Test(kind_join, value_is_a_tid_of_the_waiters_namespace)
{
	struct fake_system system = { 0 };
	struct look_task *task = joiner(&system, 2, CLEARS);

	task->pid_ns = system.tasks[1].pid_ns = 77;
	task->ns_level = system.tasks[1].ns_level = 1;
	task->ns_tid = 1;
	system.tasks[1].ns_tid = 2;
	cr_assert(fake_recognise(&system, &join_kind, 10));
	fake_system_deinit(&system);
}

#ifdef __x86_64__
#define MUSL_JOIN 0x80 /* FUTEX_WAIT | FUTEX_PRIVATE_FLAG */
#define MUSL_WORD (0x70000000b000 + 56)

/* Thread 10 waits for detach_state of thread 11, whose struct pthread begins at its fs base. */
static bool recognised_musl(uint32_t op, uint32_t value, uint64_t address)
{
	static const uint32_t words[10] = { 2, 0, 0xd85de000, 0x7fb7 };
	struct fake_system system = { 0 };

	fake_futex(fake_task(&system, 10, 10), address, op, value, words, sizeof(words));
	fake_task(&system, 10, 11);

	bool yes = fake_recognise(&system, &join_kind, 10);

	fake_system_deinit(&system);
	return yes;
}

Test(kind_join, musl_waits_for_a_word_beside_the_thread_pointer)
{
	cr_expect(recognised_musl(MUSL_JOIN, 2, MUSL_WORD));
	cr_expect_not(recognised_musl(MUSL_JOIN, 1, MUSL_WORD), "the thread is ending");
	cr_expect_not(recognised_musl(0, 2, MUSL_WORD), "not private");
	cr_expect_not(recognised_musl(0x89, 2, MUSL_WORD), "a bitset wait");
	cr_expect_not(recognised_musl(MUSL_JOIN, 2, MUSL_WORD + 8), "another word");
}
#endif

Test(kind_join, timed_one_is_open)
{
	struct fake_system system = { 0 };

	joiner(&system, 11, CLEARS)->args[3] = 0x7ffe0000;
	cr_assert_eq(fake_resolve(&system, &join_kind, 10, COST_LOOK).open, OPEN_BIT(OPEN_TIMED));
	fake_system_deinit(&system);
}

Test(kind_join, handler_does_not_end_it)
{
	struct fake_system system = { 0 };

	joiner(&system, 11, CLEARS)->caught = 1ull << (SIGTERM - 1);
	fake_program(&system, 10, "/usr/bin/service");
	cr_assert_eq(fake_resolve(&system, &join_kind, 10, COST_READ).open, 0);
	fake_system_deinit(&system);
}
