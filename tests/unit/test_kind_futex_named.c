/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <string.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define BASE 0x404040

/* What a wait for the word of that index turns out to be. */
static enum wait_kind kind_of(const uint32_t *words, size_t count, size_t index, uint32_t op,
			      uint32_t value)
{
	struct fake_system system = { 0 };
	struct look_task *task = fake_task(&system, 10, 10);

	fake_futex(task, BASE + 4 * index, op, value, words + index, 4 * (count - index));
	fake_memory(&system, 10, BASE, words, 4 * count);

	struct fake_wait cheap = fake_resolve(&system, &futex_kind, 10, COST_LOOK);
	struct fake_wait wait = fake_resolve(&system, &futex_kind, 10, COST_READ);

	cr_expect_eq(cheap.kind, WAIT_FUTEX);
	cr_expect_eq(wait.edge_count, 1);
	cr_expect_eq(cheap.object, wait.object);
	fake_system_deinit(&system);
	return wait.kind;
}

/* One waiter in group 1 of each layout. */
static const uint32_t old_cond[12] = { [0] = 2, [5] = 2, [9] = 8 };
static const uint32_t new_cond[12] = { [0] = 2, [7] = 8 };

Test(kind_futex_named, condition_variables_of_both_layouts_are_known)
{
	cr_expect_eq(kind_of(old_cond, 12, 11, 0x189, 0), WAIT_COND);
	cr_expect_eq(kind_of(new_cond, 12, 9, 0x189, 0), WAIT_COND);
}

Test(kind_futex_named, one_illegal_word_makes_it_a_futex)
{
	uint32_t words[12];

	memcpy(words, old_cond, sizeof(words)), words[9] = 0;
	cr_expect_eq(kind_of(words, 12, 11, 0x189, 0), WAIT_FUTEX, "nobody waits");
	memcpy(words, old_cond, sizeof(words)), words[9] = 9;
	cr_expect_eq(kind_of(words, 12, 11, 0x189, 0), WAIT_FUTEX, "shared");
	memcpy(words, old_cond, sizeof(words)), words[0] = 0;
	cr_expect_eq(kind_of(words, 12, 11, 0x189, 0), WAIT_FUTEX, "no position was taken");
	memcpy(words, old_cond, sizeof(words)), words[2] = 4;
	cr_expect_eq(kind_of(words, 12, 11, 0x189, 0), WAIT_FUTEX, "a group that is to come");
	memcpy(words, old_cond, sizeof(words)), words[5] = 0;
	cr_expect_eq(kind_of(words, 12, 11, 0x189, 0), WAIT_FUTEX, "a group without waiters");
}

Test(kind_futex_named, barrier_is_known_while_it_is_short_of_one)
{
	const uint32_t barrier[] = { 5, 4, 2, 0, 4 };

	cr_expect_eq(kind_of(barrier, 5, 1, 0x80, 4), WAIT_BARRIER);
	cr_expect_eq(kind_of(barrier, 5, 1, 0x80, 2), WAIT_FUTEX, "round");
	cr_expect_eq(kind_of((uint32_t[]){ 6, 4, 2, 0, 4 }, 5, 1, 0x80, 4), WAIT_FUTEX, "complete");
	cr_expect_eq(kind_of((uint32_t[]){ 5, 4, 2, 1, 4 }, 5, 1, 0x80, 4), WAIT_FUTEX, "shared");
	cr_expect_eq(kind_of((uint32_t[]){ 5, 4, 3, 0, 4 }, 5, 1, 0x80, 4), WAIT_FUTEX, "count");
}
