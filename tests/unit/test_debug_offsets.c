/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "python/debug_offsets.h"

#define WORDS 44

/* What 3.13.0 says of itself, as far as it is read; words by their index. */
struct said {
	uint64_t words[WORDS];
};

static int fetch(void *context, uint64_t address, void *ret, size_t length)
{
	if (address != 0x500000 || length > sizeof(struct said))
		return -EFAULT;
	memcpy(ret, context, length);
	return 0;
}

static struct said said_by_3_13_0(void)
{
	struct said said = { 0 };
	static const uint16_t words[][2] = {
		{ 5, 632 },  { 8, 7264 }, { 9, 7344 }, { 11, 7656 }, { 14, 16 },  { 21, 8 },
		{ 23, 72 },  { 24, 152 }, { 25, 160 }, { 27, 32 },   { 29, 8 },	  { 30, 0 },
		{ 31, 56 },  { 32, 72 },  { 33, 70 },  { 35, 112 },  { 36, 120 }, { 37, 128 },
		{ 38, 136 }, { 39, 68 },  { 41, 96 },  { 43, 200 },
	};

	memcpy(said.words, "xdebugpy", 8);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		said.words[words[i][0]] = words[i][1];
	return said;
}

static bool layout_of(struct said *said, uint32_t version, struct python_layout *ret)
{
	const struct python_memory memory = { fetch, said };
	const struct interpreter interpreter = { .runtime = 0x500000, .version = version };

	return python_layout_of(&memory, &interpreter, ret);
}

Test(debug_offsets, what_3_13_0_says_is_what_the_table_has)
{
	struct said said = said_by_3_13_0();
	const struct python_layout *table = python_layout_find(0x030d00f0);
	struct python_layout layout;

	cr_assert(layout_of(&said, 0x030d00f0, &layout));
	cr_expect_eq(layout.runtime_interpreters, table->runtime_interpreters);
	cr_expect_eq(layout.interpreter_modules, table->interpreter_modules);
	cr_expect_eq(layout.thread_status, table->thread_status);
	cr_expect_eq(layout.frame_owner, table->frame_owner);
	cr_expect_eq(layout.code_instructions, table->code_instructions);
	cr_expect_eq(layout.code_local_names, table->code_local_names);
}

Test(debug_offsets, what_a_later_release_moved_is_where_it_says)
{
	struct said said = said_by_3_13_0();
	struct python_layout layout;

	said.words[9] = 7352;
	cr_assert(layout_of(&said, 0x030d05f0, &layout));
	cr_expect_eq(layout.interpreter_threads, 7352);
}

Test(debug_offsets, an_offset_beyond_what_is_read_is_not_believed)
{
	struct said said = said_by_3_13_0();
	struct python_layout layout;

	said.words[35] = CODE_HEAD_SIZE;
	cr_expect_not(layout_of(&said, 0x030d05f0, &layout));
	said = said_by_3_13_0();
	said.words[33] = 1ull << 40;
	cr_expect_not(layout_of(&said, 0x030d05f0, &layout));
}

Test(debug_offsets, without_its_cookie_the_interpreter_is_not_believed)
{
	struct said said = said_by_3_13_0();
	struct python_layout layout;

	said.words[0]++;
	cr_expect_not(layout_of(&said, 0x030d00f0, &layout));
}

Test(debug_offsets, older_versions_have_only_the_table)
{
	struct said said = { 0 };
	struct python_layout layout;

	cr_assert(layout_of(&said, 0x030b02f0, &layout));
	cr_expect_eq(memcmp(&layout, python_layout_find(0x030b0000), sizeof(layout)), 0);
}

Test(debug_offsets, an_unknown_version_has_no_layout)
{
	struct said said = said_by_3_13_0();
	struct python_layout layout;

	cr_expect_not(layout_of(&said, 0x030e00f0, &layout));
	cr_expect_not(layout_of(&said, 0x03630000, &layout));
}
