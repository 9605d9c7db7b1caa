/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frames of the wait are those from the innermost on that belong to a library; the first of
 * another ends them, since what a library calls back may wait in something else. One thing is
 * built of another (a channel of parked threads), so the table goes from what is built most.
 *
 * Sources: libstdc++ 12 (bits/atomic_wait.h, bits/semaphore_base.h, std/barrier, std/latch,
 * bits/atomic_futex.h), Rust 1.63 and 1.95 (library/std/src/sync, sys, sys_common), libgomp 12
 * (config/linux/bar.c), Go 1.19 (runtime/os_linux.go).
 */
#include "kinds/library_wait.h"

#include <stdbool.h>
#include <string.h>

#include "core/affix.h"
#include "core/stack.h"

/* Whose functions begin with these, behind their type if that is part of the name. */
static const char *const libraries[] = {
	"std::", "<std::", "syscall", "__cxa_guard_", "gomp_", "GOMP_", "runtime.",
};

static const struct {
	const char *part; /* of a function's name */
	const char *name;
} waits[] = {
	{ "std::sync::mpsc::", "Rust channel" },
	{ "std::sync::mpmc::", "Rust channel" },
	{ "std::sync::barrier::Barrier", "Rust Barrier" },
	{ "::once::", "Rust Once" },
	{ "::Condvar", "Rust Condvar" },
	{ "::RwLock", "Rust RwLock" },
	{ "::Parker", "parked Rust thread" },
	{ "std::thread::park", "parked Rust thread" },
	{ "std::latch::", "C++ latch" },
	{ "std::__tree_barrier", "C++ barrier" },
	{ "std::__atomic_semaphore", "C++ semaphore" },
	{ "std::__atomic_futex_unsigned", "C++ future" },
	{ "__cxa_guard_acquire", "guard of a C++ static" },
	{ "std::__detail::__platform_wait", "C++ atomic" },
	{ "gomp_barrier_wait", "OpenMP barrier" },
	{ "gomp_team_barrier_wait", "OpenMP barrier" },
	{ "gomp_mutex_lock", "OpenMP lock" },
	{ "runtime.futex", "Go runtime's futex" },
};

/* Whose functions mostly have no names, since its own are not exported. */
#define GOMP_MODULE "libgomp.so"

static bool is_of_a_library(const struct stack_frame *frame)
{
	const char *function = frame->function;

	if (frame->type != FRAME_NATIVE || frame->flags & FRAME_APPROXIMATE)
		return false;
	if (begins_with(frame->module, GOMP_MODULE))
		return true;
	/* "void std::__atomic_wait_address<...>": a template's type stands before its name */
	if (begins_with(function, "void ") || begins_with(function, "bool "))
		function += strlen("void ");
	for (size_t i = 0; i < sizeof(libraries) / sizeof(*libraries); i++)
		if (begins_with(function, libraries[i]))
			return true;
	return false;
}

const char *library_wait_name(const struct stack_frame *frames, size_t count)
{
	size_t own = 0;

	while (own < count && is_of_a_library(&frames[own]))
		own++;
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++)
		for (size_t f = 0; f < own; f++)
			if (strstr(frames[f].function, waits[i].part))
				return waits[i].name;
	for (size_t f = 0; f < own; f++)
		if (begins_with(frames[f].module, GOMP_MODULE))
			return "OpenMP futex";
	return NULL;
}
