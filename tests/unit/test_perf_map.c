/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include <string.h>

#include "probe/perf_map.h"

static const char text[] = "7f0000001000 40 first\n"
			   "7f0000001040 20 LazyCompile:~lock /app/bank.js:12\n"
			   "7f0000001000 10 newer\n"
			   "no line at all\n"
			   "7f0000002000\n"
			   "7f0000003000 ffffffffffffffff last";

static void expect(uint64_t address, const char *name)
{
	char found[16];
	uint64_t start;

	memset(found, 'x', sizeof(found));
	cr_expect_eq(perf_map_find(text, address, &start, found, sizeof(found)), name != NULL);
	if (!name)
		return;
	cr_expect_str_eq(found, name);
	for (size_t i = strlen(found); i < sizeof(found); i++)
		cr_expect_eq(found[i], '\0');
}

Test(perf_map, last_line_that_covers_the_address_names_it)
{
	expect(0x7f0000001020, "first");
	expect(0x7f0000001000, "newer");
}

Test(perf_map, names_are_cut_to_what_fits)
{
	expect(0x7f000000105f, "LazyCompile:~lo");
}

Test(perf_map, what_no_line_covers_has_no_name)
{
	expect(0x7f0000001060, NULL);
	expect(0x7f0000002000, NULL);
	expect(0, NULL);
}

Test(perf_map, no_line_break_is_needed_at_the_end)
{
	expect(0x7f0000003001, "last");
}
