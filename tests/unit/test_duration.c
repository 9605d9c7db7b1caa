/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <errno.h>

#include "duration.h"

static uint64_t parsed(const char *text)
{
	uint64_t ns = 0;

	cr_assert_eq(duration_parse(text, &ns), 0, "%s was refused", text);
	return ns;
}

Test(duration, every_unit_is_known)
{
	cr_expect_eq(parsed("7ns"), 7);
	cr_expect_eq(parsed("7us"), 7000);
	cr_expect_eq(parsed("250ms"), 250000000);
	cr_expect_eq(parsed("1s"), 1000000000);
	cr_expect_eq(parsed("5m"), 300000000000);
	cr_expect_eq(parsed("2h"), 7200000000000);
}

Test(duration, decimals_are_exact)
{
	cr_expect_eq(parsed("1.5s"), 1500000000);
	cr_expect_eq(parsed("0.001s"), 1000000);
	cr_expect_eq(parsed("1.25h"), 4500000000000);
	cr_expect_eq(parsed("0.1m"), 6000000000);
}

Test(duration, what_is_no_duration_is_refused)
{
	static const char *const wrong[] = {
		"",    "1",	"s", "1 s", " 1s", "1s ",  "-1s",   "+1s",  "1x", "12abc", "1.s",
		".5s", "1..5s", "0", "0s",  "0ms", "0.0s", "0.1ns", "1e3s", "1S", "0x1s"
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint64_t ns = 42;

		cr_expect_eq(duration_parse(wrong[i], &ns), -EINVAL, "%s", wrong[i]);
		cr_expect_eq(ns, 42, "%s changed the output", wrong[i]);
	}
}

Test(duration, what_does_not_fit_is_refused)
{
	uint64_t ns = 42;

	cr_expect_eq(duration_parse("9223372036854775807ns", &ns), 0);
	cr_expect_eq(duration_parse("9223372036854775808ns", &ns), -ERANGE);
	cr_expect_eq(duration_parse("99999999999999999999ns", &ns), -ERANGE);
	cr_expect_eq(duration_parse("18446744073709551615h", &ns), -ERANGE);
	cr_expect_eq(duration_parse("18446744073.8s", &ns), -ERANGE);
}
