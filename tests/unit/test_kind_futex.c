/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <sys/syscall.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define WAIT_PRIVATE 0x80
#define WAIT_SHARED  0
#define WORD	     0x404000
#define TIMEOUT	     0x7ffe1000

static const uint32_t words[10] = { 7, 7, 7, 7 };

static struct fake_wait resolved(uint64_t op, uint64_t timeout, uint32_t object_flags)
{
	struct fake_system system = { 0 };
	struct look_task *task = fake_task(&system, 10, 10);

	fake_task(&system, 10, 11);
	fake_futex(task, WORD, op, 7, words, sizeof(words));
	task->args[3] = timeout;
	task->object_flags = object_flags;
	cr_assert(fake_recognise(&system, &futex_kind, 10));

	struct fake_wait wait = fake_resolve(&system, &futex_kind, 10, COST_LOOK);

	fake_system_deinit(&system);
	return wait;
}

Test(kind_futex, private_one_is_left_to_its_address_space)
{
	struct fake_wait wait = resolved(WAIT_PRIVATE, 0, OBJECT_READ | OBJECT_MAPPED);

	cr_assert_eq(wait.next, COST_DONE);
	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].relation, RELATION_MAY_WAKE);
	cr_assert_eq(wait.edges[0].flags, EDGE_CAN_END);
}

Test(kind_futex, private_by_the_call_needs_no_mapping)
{
	cr_assert_eq(resolved(WAIT_PRIVATE, 0, OBJECT_FAULT).open, 0);
}

Test(kind_futex, private_by_its_mapping_is_private_too)
{
	cr_assert_eq(resolved(WAIT_SHARED, 0, OBJECT_READ | OBJECT_MAPPED).edge_count, 1);
}

Test(kind_futex, of_unknown_mapping_is_open)
{
	cr_expect_eq(resolved(WAIT_SHARED, 0, 0).open, OPEN_BIT(OPEN_UNREADABLE));
	cr_expect_eq(resolved(WAIT_SHARED, 0, OBJECT_BUSY).open, OPEN_BIT(OPEN_BUSY));
}

Test(kind_futex, page_still_in_its_file_may_be_woken_by_others)
{
	cr_assert(resolved(WAIT_SHARED, 0, OBJECT_MAPPED | OBJECT_FILE).open);
}

Test(kind_futex, timed_one_is_open)
{
	cr_assert_eq(resolved(WAIT_PRIVATE, TIMEOUT, OBJECT_READ).open, OPEN_BIT(OPEN_TIMED));
}

Test(kind_futex, operation_that_is_no_plain_wait_is_open)
{
	cr_expect_eq(resolved(0x86, 0, OBJECT_READ).open, OPEN_BIT(OPEN_UNKNOWN_FUTEX), "LOCK_PI");
	cr_expect_eq(
		resolved(0x0b, 0, OBJECT_READ).open, OPEN_BIT(OPEN_UNKNOWN_FUTEX),
		"WAIT_REQUEUE_PI on a word that others may map, and a lock that yet others may");
}

Test(kind_futex, thread_that_the_look_missed_opens_it)
{
	struct fake_system system = { 0 };
	struct look_task *task = fake_task(&system, 10, 10);

	fake_futex(task, WORD, WAIT_PRIVATE, 7, words, sizeof(words));
	task->mm_users = 2;
	cr_assert_eq(fake_resolve(&system, &futex_kind, 10, COST_LOOK).open, OPEN_BIT(OPEN_CENSUS));
	fake_system_deinit(&system);
}

static struct fake_wait futex2(int call, uint64_t flags, uint64_t timeout)
{
	struct fake_system system = { 0 };
	struct look_task *task = fake_task(&system, 10, 10);

	fake_call(task, call, WORD, 7, UINT32_MAX, flags);
	task->args[4] = timeout;
	cr_assert(fake_recognise(&system, &futex_kind, 10));

	struct fake_wait wait = fake_resolve(&system, &futex_kind, 10, COST_LOOK);

	fake_system_deinit(&system);
	return wait;
}

Test(kind_futex, futex2_wait_is_the_same_wait)
{
	cr_expect_eq(futex2(455, 0x82, 0).open, 0);
	cr_expect_eq(futex2(455, 0x82, 0).edge_count, 1);
	cr_expect_eq(futex2(455, 0x82, TIMEOUT).open, OPEN_BIT(OPEN_TIMED));
	cr_expect_eq(futex2(455, 0x80, 0).open, OPEN_BIT(OPEN_UNKNOWN_FUTEX), "another word size");
}

Test(kind_futex, wait_for_several_words_is_open)
{
	cr_expect_eq(futex2(449, 0, 0).open, OPEN_BIT(OPEN_UNKNOWN_FUTEX));
	cr_expect_eq(futex2(449, TIMEOUT, 0).open, OPEN_BIT(OPEN_TIMED));
}
