/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include <string.h>

#include "report/place.h"
#include "sample_deadlock.h"

Test(place, is_the_programs_own_not_a_librarys)
{
	struct deadlock *deadlock = sample_two_places();

	cr_expect_str_eq(place_of_cause(&deadlock->causes[0], 0).text, "deposit at bank.py:9");
	cr_expect_str_eq(place_of_cause(&deadlock->causes[0], 1).text, "serve at bank.py:40");
	cr_expect_str_eq(place_of_cause(&deadlock->causes[0], 2).text, "");
	deadlock_free(deadlock);
}

Test(place, without_lines_is_function_and_module)
{
	struct deadlock *deadlock = sample_self(WAIT_MUTEX);

	sample_frame(deadlock, 0, "worker", "", 0, "app");
	cr_expect_str_eq(place_of_cause(&deadlock->causes[0], 0).text, "worker+0x1d in app");
	deadlock_free(deadlock);
}

Test(place, is_unknown_without_a_stack_or_names)
{
	struct deadlock *deadlock = sample_self(WAIT_MUTEX);

	cr_expect_str_eq(place_of_cause(&deadlock->causes[0], 0).text, "");
	sample_frame(deadlock, 0, "", "", 0, "");
	cr_expect_str_eq(place_of_cause(&deadlock->causes[0], 0).text, "");
	deadlock_free(deadlock);
}

Test(place, is_printable_whatever_the_program_is_called)
{
	struct deadlock *deadlock = sample_self(WAIT_MUTEX);

	sample_frame(deadlock, 0, "\033[31m\n", "/tmp/\xff\"", 3, "app");
	cr_expect_str_eq(place_of_cause(&deadlock->causes[0], 0).text,
			 "\\x1b[31m\\x0a at \\xff\":3");
	deadlock_free(deadlock);
}
