/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lock of somebody's own making may be laid out like a mutex, word by word: a
 * state of 2, a depth, the tid of who took it last. Its bytes cannot tell that
 * others may release it, but where the task sleeps can. glibc's mutexes make
 * their system calls in line (sysdeps/nptl/futex-internal.h), so a call by way of
 * syscall(2), as Rust, C++ and most locks of one's own make it, is none of theirs;
 * nor is one in a function outside of the C library, unless that was linked
 * statically, with its own names.
 */
#include "kinds/call_site.h"

#include <string.h>

#include "core/affix.h"

static bool in_c_library(const struct symbol *symbol)
{
	/* Up to 2.33 libpthread had the mutexes; ld.so has some for itself. */
	static const char *const modules[] = { "libc.so", "libc-2.", "libpthread", "ld-" };

	for (size_t i = 0; i < sizeof(modules) / sizeof(*modules); i++)
		if (begins_with(symbol->module, modules[i]))
			return true;
	return false;
}

static bool names_mutex(const struct symbol *symbol)
{
	return strstr(symbol->name, "lll_") || strstr(symbol->name, "pthread_mutex");
}

/* A 32-bit program has the vDSO make its calls. */
bool call_site_known(const struct look_task *task)
{
	return task->ip && !(task->flags & TASK_COMPAT);
}

bool call_site_is_foreign(const struct kind_context *context, const struct look_task *task)
{
	const struct symbol *symbol;

	if (!call_site_known(task) || probe_symbol(context->probe, task->pid, task->ip, &symbol))
		return false;
	if (in_c_library(symbol))
		return !strcmp(symbol->name, "syscall");
	return !names_mutex(symbol);
}
