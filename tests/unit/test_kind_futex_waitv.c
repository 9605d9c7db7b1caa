/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <errno.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define WAITV 449
#define LIST  0x7ffe1000

struct listed {
	uint64_t value, address;
	uint32_t flags, reserved;
};

static struct fake_wait resolved(struct fake_system *system, const struct listed *words,
				 uint32_t count, uint64_t timeout)
{
	fake_task(system, 10, 11);
	fake_call(fake_task(system, 10, 10), WAITV, LIST, count, 0, timeout);
	fake_memory(system, 10, LIST, words, count * sizeof(*words));
	cr_assert(fake_recognise(system, &futex_waitv_kind, 10));
	return fake_resolve(system, &futex_waitv_kind, 10, COST_TABLE);
}

Test(kind_futex_waitv, private_words_are_left_to_the_address_space)
{
	static const struct listed words[] = { { 0, 0x1000, 130, 0 }, { 0, 0x2000, 130, 0 } };
	struct fake_system system = { 0 };
	struct fake_wait wait = resolved(&system, words, 2, 0);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert(fake_group_edge(&system, &wait, GROUP_MEMORY));
	fake_system_deinit(&system);
}

Test(kind_futex_waitv, shared_word_is_left_to_its_mappers_as_well)
{
	static const struct listed words[] = { { 0, 0x1000, 130, 0 }, { 0, 0x8000, 2, 0 } };
	static const struct mapping mapping = { .start = 0x8000,
						.end = 0x9000,
						.inode = 6,
						.dev = FAKE_DEV,
						.pid = 10,
						.mm = 10,
						.flags = MAPPING_SHARED | MAPPING_WRITE,
						.writable_mappings = 1 };
	struct fake_system system = { 0 };

	fake_mapping(&system, 10, 0x8000, &mapping);
	fake_mappers(&system, FAKE_DEV, 6, &mapping, 1);

	struct fake_wait wait = resolved(&system, words, 2, 0);

	cr_assert_eq(wait.open, 0);
	cr_assert(fake_group_edge(&system, &wait, GROUP_MEMORY));
	cr_assert(fake_group_edge(&system, &wait, GROUP_MAPPERS));
	fake_system_deinit(&system);
}

Test(kind_futex_waitv, word_of_unknown_form_opens_it)
{
	static const struct listed words[] = { { 0, 0x1000, 130, 0 }, { 0, 0x2000, 129, 0 } };
	struct fake_system system = { 0 };

	cr_assert_eq(resolved(&system, words, 2, 0).open, OPEN_BIT(OPEN_UNKNOWN_FUTEX));
	fake_system_deinit(&system);
}

Test(kind_futex_waitv, timed_one_is_open)
{
	static const struct listed words[] = { { 0, 0x1000, 130, 0 } };
	struct fake_system system = { 0 };

	cr_assert_eq(resolved(&system, words, 1, 0x7ffe2000).open, OPEN_BIT(OPEN_TIMED));
	fake_system_deinit(&system);
}

Test(kind_futex_waitv, list_that_cannot_be_read_opens_it)
{
	struct fake_system system = { 0 };

	fake_call(fake_task(&system, 10, 10), WAITV, LIST, 2, 0, 0);
	cr_assert(fake_resolve(&system, &futex_waitv_kind, 10, COST_TABLE).open);
	fake_system_deinit(&system);
}

Test(kind_futex_waitv, list_of_too_many_is_no_list)
{
	struct fake_system system = { 0 };

	fake_call(fake_task(&system, 10, 10), WAITV, LIST, 129, 0, 0);
	cr_assert(fake_resolve(&system, &futex_waitv_kind, 10, COST_TABLE).open);
	fake_system_deinit(&system);
}
