/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <linux/futex.h>

#include "fake_system.h"
#include "kinds/kinds.h"
#include "kinds/mutex_word.h"

#define ADDRESS	    0x404040
#define WAIT_SHARED 0
#define ROBUST	    (16 | 128)
#define HOLDER	    (EDGE_CAN_END | EDGE_HOLDER)

static struct mutex_word owned_by(uint32_t owner)
{
	return (struct mutex_word){ .lock = FUTEX_WAITERS | owner,
				    .count = 1,
				    .owner = owner,
				    .users = 1,
				    .kind = ROBUST,
				    .list = { 0x7f00, 0x7f00 } };
}

/* Process 10: thread 11 waits for a robust mutex; 12 is another thread. */
static struct look_task *waiter(struct fake_system *system, const struct mutex_word *word)
{
	fake_task(system, 10, 10);

	struct look_task *task = fake_task(system, 10, 11);

	fake_task(system, 10, 12);
	fake_futex(task, ADDRESS, WAIT_SHARED, FUTEX_WAITERS | 12, word, sizeof(*word));
	return task;
}

static struct fake_wait resolve(struct fake_system *system, const struct mutex_word *word)
{
	waiter(system, word);
	return fake_resolve(system, &robust_mutex_kind, 11, COST_LOOK);
}

static bool recognised(const struct mutex_word *word, uint32_t op, uint32_t value)
{
	struct fake_system system = { 0 };
	struct look_task *task = waiter(&system, word);

	task->args[1] = op;
	task->args[2] = value;

	bool yes = fake_recognise(&system, &robust_mutex_kind, 11);

	fake_system_deinit(&system);
	return yes;
}

Test(kind_robust_mutex, owner_in_the_lock_word_alone_ends_the_wait)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(12);
	struct fake_wait wait = resolve(&system, &word);

	cr_assert_eq(wait.next, COST_DONE);
	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].target, fake_node(&system, 12));
	cr_assert_eq(wait.edges[0].relation, RELATION_HOLDS);
	cr_assert_eq(wait.edges[0].flags, HOLDER);
	fake_system_deinit(&system);
}

Test(kind_robust_mutex, one_illegal_word_makes_it_another_lock)
{
	struct mutex_word word;

	word = owned_by(12), word.kind = 128;
	cr_expect_not(recognised(&word, WAIT_SHARED, FUTEX_WAITERS | 12), "kind");
	word = owned_by(12), word.kind |= 32;
	cr_expect_not(recognised(&word, WAIT_SHARED, FUTEX_WAITERS | 12), "inherits");
	word = owned_by(12), word.kind |= 1024;
	cr_expect_not(recognised(&word, WAIT_SHARED, FUTEX_WAITERS | 12), "unknown kind");
	word = owned_by(12), word.owner = 11;
	cr_expect_not(recognised(&word, WAIT_SHARED, FUTEX_WAITERS | 12), "two owners");
	word = owned_by(12), word.count = 2;
	cr_expect_not(recognised(&word, WAIT_SHARED, FUTEX_WAITERS | 12), "depth");
	word = owned_by(5000000);
	cr_expect_not(recognised(&word, WAIT_SHARED, FUTEX_WAITERS | 12), "no tid is that high");
	word = owned_by(12), word.users = 5000000;
	cr_expect_not(recognised(&word, WAIT_SHARED, FUTEX_WAITERS | 12), "users");
}

Test(kind_robust_mutex, call_must_be_that_of_glibc)
{
	struct mutex_word word = owned_by(12);

	cr_expect(recognised(&word, WAIT_SHARED, FUTEX_WAITERS | 12));
	cr_expect_not(recognised(&word, 0x80, FUTEX_WAITERS | 12), "private");
	cr_expect_not(recognised(&word, 0x109, FUTEX_WAITERS | 12), "a bitset without a timeout");
	cr_expect_not(recognised(&word, WAIT_SHARED, 12), "without the flag for waiters");
	cr_expect_not(recognised(&word, WAIT_SHARED, 2), "a plain mutex");
	cr_expect_not(recognised(&word, WAIT_SHARED, FUTEX_WAITERS | FUTEX_OWNER_DIED | 12),
		      "died");
	cr_expect_not(recognised(&word, WAIT_SHARED, FUTEX_WAITERS), "nobody");
}

Test(kind_robust_mutex, one_left_by_the_dead_is_about_to_be_taken_over)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(12);

	word.lock = FUTEX_WAITERS | FUTEX_OWNER_DIED | 12;

	struct fake_wait wait = resolve(&system, &word);

	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].relation, RELATION_MAY_WAKE);
	cr_assert(fake_group_edge(&system, &wait, GROUP_MEMORY));
	fake_system_deinit(&system);
}

Test(kind_robust_mutex, who_took_it_over_is_its_owner_before_making_it_consistent)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(12);

	word.owner = MUTEX_INCONSISTENT;

	struct fake_wait wait = resolve(&system, &word);

	cr_assert_eq(wait.edges[0].target, fake_node(&system, 12));
	fake_system_deinit(&system);
}

Test(kind_robust_mutex, one_that_cannot_be_recovered_is_free_for_whoever_may_wake)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(12);

	word.lock = FUTEX_WAITERS;
	word.owner = MUTEX_INCONSISTENT - 1;

	struct fake_wait wait = resolve(&system, &word);

	cr_assert_eq(wait.edges[0].relation, RELATION_MAY_WAKE);
	fake_system_deinit(&system);
}

Test(kind_robust_mutex, dead_whom_the_kernel_missed_never_release_it)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(99);
	struct fake_wait wait = resolve(&system, &word);
	const struct edge *edge = fake_group_edge(&system, &wait, GROUP_DEAD);

	cr_assert(edge);
	cr_assert_eq(edge->flags, HOLDER);
	cr_assert_eq(wait.edge_count, 1, "no heir either: only the owner may unlock it");
	cr_assert_eq(wait.open, 0);
	fake_system_deinit(&system);
}

Test(kind_robust_mutex, copy_made_by_fork_has_no_owner)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(6);

	fake_task(&system, 5, 5);
	fake_task(&system, 5, 6);
	fake_task(&system, 10, 10);
	fake_futex(fake_task(&system, 10, 11), ADDRESS, WAIT_SHARED, FUTEX_WAITERS | 6, &word,
		   sizeof(word));

	struct fake_wait wait = fake_resolve(&system, &robust_mutex_kind, 11, COST_LOOK);
	const struct edge *edge = fake_group_edge(&system, &wait, GROUP_DEAD);

	cr_assert(edge);
	cr_assert(fake_group(&system, edge)->b & DEAD_LEFT_BEHIND);
	cr_assert_eq(wait.edge_count, 1);
	fake_system_deinit(&system);
}

Test(kind_robust_mutex, timed_wait_is_open)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(12);

	waiter(&system, &word)->args[3] = 0x7ffe0000;

	struct fake_wait wait = fake_resolve(&system, &robust_mutex_kind, 11, COST_LOOK);

	cr_assert_eq(wait.open, OPEN_BIT(OPEN_TIMED));
	fake_system_deinit(&system);
}
