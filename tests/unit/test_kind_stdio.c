/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <string.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define ADDRESS 0x404040
#define HOLDER	(EDGE_CAN_END | EDGE_HOLDER)
#define BLOCK	0x7f0000001000

struct words {
	uint32_t lock, depth;
	uint64_t owner;
};

/* Process 10: thread 11 waits; 12 is another thread. */
static struct look_task *waiter(struct fake_system *system, const struct words *words)
{
	fake_task(system, 10, 10);

	struct look_task *task = fake_task(system, 10, 11);

	fake_task(system, 10, 12);
	fake_futex(task, ADDRESS, 0x80, 2, words, sizeof(*words));
	return task;
}

/* pthread_self() of a thread, as fake_task() has it */
static uint64_t block_of(uint32_t tid)
{
	return 0x700000000000 + tid * 0x1000ull;
}

Test(kind_stdio, thread_whose_block_it_names_alone_ends_the_wait)
{
	struct fake_system system = { 0 };
	struct words words = { 2, 1, block_of(12) };

	waiter(&system, &words);

	struct fake_wait wait = fake_resolve(&system, &stdio_kind, 11, COST_READ);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].target, fake_node(&system, 12));
	cr_assert_eq(wait.edges[0].flags, HOLDER);
	fake_system_deinit(&system);
}

Test(kind_stdio, first_thread_of_a_static_program_has_its_block_on_the_heap)
{
	struct fake_system system = { 0 };
	struct words words = { 2, 1, 0x1ac813c0 };

	waiter(&system, &words);
	system.tasks[0].thread_pointer = words.owner;

	struct fake_wait wait = fake_resolve(&system, &stdio_kind, 11, COST_READ);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].target, fake_node(&system, 10));
	fake_system_deinit(&system);
}

Test(kind_stdio, block_of_a_thread_that_has_ended_is_the_dead)
{
	struct fake_system system = { 0 };
	struct words words = { 2, 1, BLOCK };
	uint64_t block[] = { BLOCK, 0, BLOCK };

	waiter(&system, &words);
	fake_memory(&system, 10, BLOCK, block, sizeof(block));

	struct fake_wait wait = fake_resolve(&system, &stdio_kind, 11, COST_READ);

	cr_assert_eq(wait.open, 0);
	cr_assert(fake_group_edge(&system, &wait, GROUP_DEAD));
	fake_system_deinit(&system);
}

Test(kind_stdio, thread_that_the_look_missed_may_be_the_owner)
{
	struct fake_system system = { 0 };
	struct words words = { 2, 1, BLOCK };
	uint64_t block[] = { BLOCK, 0, BLOCK };

	waiter(&system, &words)->mm_users = 4;
	fake_memory(&system, 10, BLOCK, block, sizeof(block));
	cr_assert(fake_resolve(&system, &stdio_kind, 11, COST_READ).open & OPEN_BIT(OPEN_CENSUS));
	fake_system_deinit(&system);
}

Test(kind_stdio, a_lock_of_its_own_making_is_left_to_the_futexes)
{
	static const struct {
		const char *module, *function;
		enum wait_kind kind;
	} places[] = {
		{ "libc.so.6", "__lll_lock_wait_private", WAIT_STDIO },
		{ "libc.so.6", "syscall", WAIT_FUTEX },
		{ "app", "event_wait", WAIT_FUTEX },
		{ "app", "__lll_lock_wait_private", WAIT_STDIO },
		{ "app", "__pthread_rwlock_wrlock_full64", WAIT_STDIO },
		{ "app", "__futex_abstimed_wait_common", WAIT_STDIO },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		struct fake_system system = { 0 };
		struct words words = { 2, 1, block_of(12) };
		struct symbol symbol = { .address = 0x1000, .size = 0x100 };

		strcpy(symbol.module, places[i].module);
		strcpy(symbol.name, places[i].function);
		waiter(&system, &words)->ip = 0x1020;
		fake_symbol(&system, 10, 0x1020, &symbol);
		cr_expect_eq(fake_resolve(&system, &stdio_kind, 11, COST_READ).next, COST_SEARCH);
		cr_expect_eq(fake_resolve(&system, &stdio_kind, 11, COST_SEARCH).kind,
			     places[i].kind, "%s", places[i].function);
		fake_system_deinit(&system);
	}
}

static bool recognised(struct words words, uint32_t op, uint32_t value)
{
	static const uint64_t no_block[3] = { BLOCK, 0, 7 };
	struct fake_system system = { 0 };
	struct look_task *task = waiter(&system, &words);

	fake_memory(&system, 10, BLOCK, no_block, sizeof(no_block));
	task->args[1] = op;
	task->args[2] = value;

	bool yes = fake_recognise(&system, &stdio_kind, 11);

	fake_system_deinit(&system);
	return yes;
}

Test(kind_stdio, one_illegal_word_makes_it_another_lock)
{
	cr_expect(recognised((struct words){ 2, 1, block_of(12) }, 0x80, 2));
	cr_expect_not(recognised((struct words){ 2, 1, BLOCK }, 0x80, 2), "no thread's block");
	cr_expect_not(recognised((struct words){ 2, 1, 0x100000000 }, 0x80, 2), "no memory");
	cr_expect_not(recognised((struct words){ 2, 1, 12 }, 0x80, 2), "a tid");
	cr_expect_not(recognised((struct words){ 2, 0, block_of(12) }, 0x80, 2), "depth");
	cr_expect_not(recognised((struct words){ 3, 1, block_of(12) }, 0x80, 2), "lock word");
	cr_expect_not(recognised((struct words){ 0, 1, block_of(12) }, 0x80, 2), "free");
	cr_expect_not(recognised((struct words){ 2, 1, block_of(12) }, 0, 2), "shared");
	cr_expect_not(recognised((struct words){ 2, 1, block_of(12) }, 0x189, 2), "bitset");
	cr_expect_not(recognised((struct words){ 2, 1, block_of(12) }, 0x80, 1), "value");
}
