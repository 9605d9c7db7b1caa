/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include "probe/pointers.h"

static const struct mapping mappings[] = {
	{ .start = 0x1000, .end = 0x2000, .flags = MAPPING_READ | MAPPING_EXEC },
	{ .start = 0x2000, .end = 0x3000, .flags = MAPPING_READ | MAPPING_WRITE },
	{ .start = 0x5000, .end = 0x6000, .flags = MAPPING_READ | MAPPING_WRITE | MAPPING_SHARED },
	{ .start = 0x6000, .end = 0x7000, .flags = MAPPING_READ | MAPPING_WRITE | MAPPING_DENIED },
};
static const struct pointer_view view = { mappings, sizeof(mappings) / sizeof(*mappings) };

Test(pointers, only_private_writable_memory_is_pointed_to)
{
	const uint64_t words[] = { 0,	   0xfff,  0x1800, 0x1fff, 0x2000,    0x2fff,
				   0x3000, 0x5800, 0x6800, 0x7000, UINT64_MAX };
	struct stack_pointer found[16];

	cr_assert_eq(pointers_find(&view, words, 11, 0x100, found, 16), 2);
	cr_expect_eq(found[0].value, 0x2000);
	cr_expect_eq(found[0].where, 0x100 + 4 * 8);
	cr_expect_eq(found[1].value, 0x2fff);
	cr_expect_eq(found[1].where, 0x100 + 5 * 8);
}

Test(pointers, registers_have_no_address)
{
	const uint64_t words[] = { 1, 0x2008 };
	struct stack_pointer found[2];

	cr_assert_eq(pointers_find(&view, words, 2, 0, found, 2), 1);
	cr_expect_eq(found[0].where, 0);
}

Test(pointers, what_does_not_fit_is_counted)
{
	const uint64_t words[] = { 0x2000, 0x2008, 0x2010 };
	struct stack_pointer found[2] = { { 0 } };

	cr_assert_eq(pointers_find(&view, words, 3, 8, found, 1), 3);
	cr_expect_eq(found[0].value, 0x2000);
	cr_expect_eq(found[1].value, 0);
}

Test(pointers, a_process_without_memory_has_none)
{
	const uint64_t word = 0x2000;
	const struct pointer_view nothing = { NULL, 0 };
	struct stack_pointer found;

	cr_expect_eq(pointers_find(&nothing, &word, 1, 8, &found, 1), 0);
}
