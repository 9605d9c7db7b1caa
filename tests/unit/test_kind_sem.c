/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define WAIT_PRIVATE 0x189 /* FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME | FUTEX_PRIVATE_FLAG */
#define WAIT_SHARED  0x109

#define MAPPED(at, process)                                                                     \
	{                                                                                       \
		.start = at, .end = at + 0x1000, .inode = 6, .mm = process, .dev = FAKE_DEV,    \
		.pid = process, .flags = MAPPING_SHARED | MAPPING_WRITE, .writable_mappings = 2 \
	}

static const struct mapping mappings[] = { MAPPED(0x1000, 10), MAPPED(0x8000, 20) };

static bool recognised(uint32_t op, uint32_t value, uint32_t waiters, uint32_t shared)
{
	struct fake_system system = { 0 };
	uint32_t words[10] = { 0, waiters, shared };

	fake_futex(fake_task(&system, 10, 10), 0x1000, op, value, words, sizeof(words));

	bool yes = fake_recognise(&system, &sem_kind, 10);

	fake_system_deinit(&system);
	return yes;
}

Test(kind_sem, private_and_shared_ones_are_recognised)
{
	cr_expect(recognised(WAIT_PRIVATE, 0, 1, 0));
	cr_expect(recognised(WAIT_SHARED, 0, 1, 128));
}

Test(kind_sem, near_misses_are_other_futexes)
{
	cr_expect_not(recognised(WAIT_PRIVATE, 0, 0, 0), "nobody waits");
	cr_expect_not(recognised(WAIT_PRIVATE, 0, 1, 128), "shared by its words, not by the call");
	cr_expect_not(recognised(WAIT_SHARED, 0, 1, 0), "shared by the call, not by its words");
	cr_expect_not(recognised(WAIT_PRIVATE, 1, 1, 0), "waits for another value");
	cr_expect_not(recognised(0x80, 0, 1, 0), "a plain wait");
	cr_expect_not(recognised(0x89, 0, 1, 0), "no clock, as Rust waits for conditions");
}

Test(kind_sem, thirty_two_bit_one_has_other_words)
{
	struct fake_system system = { 0 };
	uint32_t words[10] = { 1, 0, 0, 1 };
	struct look_task *task = fake_task(&system, 10, 10);

	fake_futex(task, 0x1000, WAIT_PRIVATE, 1, words, sizeof(words));
	task->flags |= TASK_COMPAT;
	cr_assert(fake_recognise(&system, &sem_kind, 10));
	fake_system_deinit(&system);
}

Test(kind_sem, private_one_is_left_to_its_address_space)
{
	struct fake_system system = { 0 };
	uint32_t words[10] = { 0, 1, 0 };

	fake_futex(fake_task(&system, 10, 10), 0x1000, WAIT_PRIVATE, 0, words, sizeof(words));
	fake_task(&system, 10, 11);

	struct fake_wait wait = fake_resolve(&system, &sem_kind, 10, COST_LOOK);
	const struct edge *edge = fake_group_edge(&system, &wait, GROUP_MEMORY);

	cr_assert_eq(wait.next, COST_DONE);
	cr_assert_eq(wait.open, 0);
	cr_assert(edge);
	cr_assert_eq(edge->relation, RELATION_MAY_POST);
	cr_assert_eq(edge->flags, EDGE_CAN_END);
	fake_system_deinit(&system);
}

Test(kind_sem, posted_one_is_about_to_wake)
{
	struct fake_system system = { 0 };
	uint32_t words[10] = { 1, 1, 0 };

	fake_futex(fake_task(&system, 10, 10), 0x1000, WAIT_PRIVATE, 0, words, sizeof(words));
	cr_assert(fake_resolve(&system, &sem_kind, 10, COST_LOOK).open & OPEN_BIT(OPEN_BUSY));
	fake_system_deinit(&system);
}

/* Process 10 waits; `extra` may change what is known. */
static struct fake_wait shared_wait(struct fake_system *system, uint32_t nlink, uint32_t mappers)
{
	static const uint32_t words[10] = { 0, 1, 128 };
	struct look_task *task = fake_task(system, 10, 10);

	fake_futex(task, 0x1000, WAIT_SHARED, 0, words, sizeof(words));
	fake_shared(task, 6, nlink);
	fake_task(system, 20, 20);
	fake_mappers(system, FAKE_DEV, 6, mappings, mappers);
	return fake_resolve(system, &sem_kind, 10, COST_TABLE);
}

Test(kind_sem, shared_one_is_left_to_all_who_map_it)
{
	struct fake_system system = { 0 };
	struct fake_wait wait = shared_wait(&system, 0, 2);
	const struct edge *edge = fake_group_edge(&system, &wait, GROUP_MAPPERS);

	cr_assert_eq(wait.open, 0);
	cr_assert(edge);
	cr_assert_eq(edge->relation, RELATION_MAY_POST);
	cr_assert_eq(fake_group(&system, edge)->member_count, 2);
	fake_system_deinit(&system);
}

Test(kind_sem, nothing_is_read_around_one_where_its_file_begins)
{
	struct fake_system system = { 0 };

	shared_wait(&system, 0, 2);
	cr_expect_eq(system.asked[COST_READ], 0);
	fake_system_deinit(&system);
}

Test(kind_sem, mapper_that_was_not_found_opens_it)
{
	struct fake_system system = { 0 };

	cr_assert(shared_wait(&system, 0, 1).open & OPEN_BIT(OPEN_CENSUS));
	fake_system_deinit(&system);
}

Test(kind_sem, process_that_could_not_be_asked_leaves_it_uncounted)
{
	struct fake_system system = { 0 };
	static const uint32_t words[10] = { 0, 1, 128 };
	struct look_task *task = fake_task(&system, 10, 10);

	fake_futex(task, 0x1000, WAIT_SHARED, 0, words, sizeof(words));
	fake_shared(task, 6, 0);
	fake_task(&system, 20, 20);
	fake_mappers(&system, FAKE_DEV, 6, mappings, 2);
	system.answers[0].answer.partial = 1;
	cr_assert_eq(fake_resolve(&system, &sem_kind, 10, COST_TABLE).open,
		     OPEN_BIT(OPEN_UNCOUNTED));
	fake_system_deinit(&system);
}

Test(kind_sem, name_opens_it_but_not_by_custom)
{
	struct fake_system system = { 0 };

	cr_assert_eq(shared_wait(&system, 1, 2).open, OPEN_BIT(OPEN_NAME));
	fake_system_deinit(&system);
}

Test(kind_sem, name_with_one_user_waits_for_its_clients)
{
	struct fake_system system = { 0 };
	struct mapping alone = mappings[0];
	static const uint32_t words[10] = { 0, 1, 128 };
	struct look_task *task = fake_task(&system, 10, 10);

	alone.writable_mappings = 1;
	fake_futex(task, 0x1000, WAIT_SHARED, 0, words, sizeof(words));
	fake_shared(task, 6, 1);
	fake_mappers(&system, FAKE_DEV, 6, &alone, 1);

	uint32_t open = fake_resolve(&system, &sem_kind, 10, COST_TABLE).open;

	cr_assert(open & OPEN_BIT(OPEN_NAME));
	cr_assert(open & ~OPEN_SOFT_HELD);
	fake_system_deinit(&system);
}

Test(kind_sem, who_only_holds_a_descriptor_could_map_it)
{
	struct fake_system system = { 0 };
	struct mapping found[] = { mappings[0], { .inode = 6, .dev = FAKE_DEV, .pid = 20 } };
	static const uint32_t words[10] = { 0, 1, 128 };
	struct look_task *task = fake_task(&system, 10, 10);

	found[0].writable_mappings = 1;
	fake_task(&system, 20, 20);
	fake_futex(task, 0x1000, WAIT_SHARED, 0, words, sizeof(words));
	fake_shared(task, 6, 0);
	fake_mappers(&system, FAKE_DEV, 6, found, 2);

	struct fake_wait wait = fake_resolve(&system, &sem_kind, 10, COST_TABLE);
	const struct edge *edge = fake_group_edge(&system, &wait, GROUP_MAPPERS);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(fake_group(&system, edge)->member_count, 2);
	fake_system_deinit(&system);
}

Test(kind_sem, waiters_of_one_semaphore_name_one_object)
{
	struct fake_system system = { 0 };
	static const uint32_t words[10] = { 0, 2, 128 };
	struct look_task *one = fake_task(&system, 10, 10), *two = fake_task(&system, 20, 20);

	fake_futex(one, 0x1000, WAIT_SHARED, 0, words, sizeof(words));
	fake_futex(two, 0x8000, WAIT_SHARED, 0, words, sizeof(words));
	fake_shared(one, 6, 0);
	fake_shared(two, 6, 0);
	cr_assert_eq(fake_resolve(&system, &sem_kind, 10, COST_LOOK).object,
		     fake_resolve(&system, &sem_kind, 20, COST_LOOK).object);
	fake_system_deinit(&system);
}

#define NS_PER_S 1000000000ULL

static struct waker woken_at(uint64_t time_ns)
{
	return (struct waker){
		.time_ns = time_ns, .tid = 20, .pid = 20, .start_ns = 20, .name = "giver"
	};
}

static void history_of(const struct waker *waker, bool wanted, char *ret, size_t size)
{
	struct fake_system system = { 0 };

	if (waker)
		fake_waker(&system, 20, 0x8000, waker);
	shared_wait(&system, 1, 2);
	system.look.start_ns = 100 * NS_PER_S;
	fake_history(&system, &sem_kind, 10, wanted, ret, size);
	fake_system_deinit(&system);
}

Test(kind_sem, who_last_woke_under_another_address_is_told)
{
	const struct waker waker = woken_at(88 * NS_PER_S);
	char told[96];

	history_of(&waker, true, told, sizeof(told));
	cr_expect_str_eq(told, "woken by giver[20], which has ended, 12.0 s ago");
}

Test(kind_sem, who_woke_is_not_told_where_it_proves_nothing_or_nobody_knows)
{
	const struct waker waker = woken_at(88 * NS_PER_S);
	const struct waker later = woken_at(101 * NS_PER_S);
	char told[96];

	history_of(&waker, false, told, sizeof(told));
	cr_expect_str_empty(told, "a proof rests on no history");
	history_of(NULL, true, told, sizeof(told));
	cr_expect_str_empty(told);
	history_of(&later, true, told, sizeof(told));
	cr_expect_str_empty(told, "after the look");
}

Test(kind_sem, who_woke_is_no_part_of_the_verdict)
{
	const struct waker waker = woken_at(1);
	struct fake_system with = { 0 }, without = { 0 };

	fake_waker(&with, 20, 0x8000, &waker);

	struct fake_wait one = shared_wait(&with, 1, 2), other = shared_wait(&without, 1, 2);

	cr_expect_eq(one.fingerprint, other.fingerprint);
	cr_expect_not(one.held);
	cr_expect_not(other.held);
	fake_system_deinit(&with);
	fake_system_deinit(&without);
}
