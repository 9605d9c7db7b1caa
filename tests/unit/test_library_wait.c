/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include "core/stack.h"
#include "kinds/library_wait.h"

#define COUNT(frames) (sizeof(frames) / sizeof(*(frames)))

Test(library_wait, what_is_built_of_others_is_named)
{
	const struct stack_frame frames[] = {
		{ .function = "syscall" },
		{ .function = "std::sys::unix::futex::futex_wait" },
		{ .function = "std::sys_common::thread_parker::futex::Parker::park" },
		{ .function = "std::thread::park" },
		{ .function = "std::sync::mpsc::Receiver<T>::recv" },
		{ .function = "bank::serve" },
	};

	cr_expect_str_eq(library_wait_name(frames, COUNT(frames)), "Rust channel");
	cr_expect_str_eq(library_wait_name(frames, 4), "parked Rust thread");
}

Test(library_wait, template_is_told_by_what_stands_behind_its_type)
{
	const struct stack_frame frames[] = {
		{ .function = "syscall" },
		{ .function = "void std::__detail::__platform_wait<int>(int const*, int)" },
		{ .function = "void std::__atomic_wait_address<int, std::latch::wait() const::" },
	};

	cr_expect_str_eq(library_wait_name(frames, COUNT(frames)), "C++ latch");
	cr_expect_str_eq(library_wait_name(frames, 2), "C++ atomic");
}

Test(library_wait, openmp_is_told_by_its_library_where_functions_have_no_names)
{
	const struct stack_frame nameless = { .module = "libgomp.so.1.0.0" };
	const struct stack_frame named = { .function = "gomp_team_barrier_wait_end",
					   .module = "libgomp.so.1.0.0" };

	cr_expect_str_eq(library_wait_name(&nameless, 1), "OpenMP futex");
	cr_expect_str_eq(library_wait_name(&named, 1), "OpenMP barrier");
}

/* What a Once calls may park for its own reasons. */
Test(library_wait, frames_beyond_the_first_of_the_program_do_not_count)
{
	const struct stack_frame frames[] = {
		{ .function = "std::thread::park" },
		{ .function = "bank::open" },
		{ .function = "std::sync::once::Once::call_inner" },
	};

	cr_expect_str_eq(library_wait_name(frames, COUNT(frames)), "parked Rust thread");
}

Test(library_wait, frames_that_are_guesses_or_unknown_name_nothing)
{
	const struct stack_frame guess = { .function = "std::thread::park",
					   .flags = FRAME_APPROXIMATE };
	const struct stack_frame own = { .function = "futex_wait_for_ever" };

	cr_expect_null(library_wait_name(&guess, 1));
	cr_expect_null(library_wait_name(&own, 1));
	cr_expect_null(library_wait_name(NULL, 0));
}
