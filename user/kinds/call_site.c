/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lock of somebody's own making may be laid out like one of glibc's, word by word:
 * a state of 2, a depth, who took it last. Its bytes cannot tell that others may
 * release it, but where the task sleeps can. glibc's locks make their system calls
 * in line (sysdeps/nptl/futex-internal.h), so a call by way of
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

static bool names_lock(const struct symbol *symbol)
{
	static const char *const parts[] = { "lll_", "pthread_mutex", "pthread_rwlock",
					     "futex_abstimed_wait" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (strstr(symbol->name, parts[i]))
			return true;
	return false;
}

/*
 * A 32-bit program has the vDSO make its calls, which keeps three registers on the stack above
 * where it returns to (arch/x86/entry/vdso/vdso32/system_call.S): two are the call's arguments.
 */
static uint64_t caller_of(const struct kind_context *context, const struct look_task *task)
{
	enum { EBP, EDX, ECX, RETURNS_TO, WORDS };
	uint32_t words[WORDS];

	if (!(task->flags & TASK_COMPAT) ||
	    probe_memory(context->probe, task->pid, task->sp, words, sizeof(words)) ||
	    words[EDX] != (uint32_t)task->args[2] || words[ECX] != (uint32_t)task->args[1])
		return task->ip;
	return words[RETURNS_TO];
}

bool call_site_is_foreign(const struct kind_context *context, const struct look_task *task,
			  enum cost budget, struct wait_builder *b)
{
	const struct symbol *symbol;

	if (budget < COST_SEARCH || !task->ip ||
	    probe_symbol(context->probe, task->pid, caller_of(context, task), &symbol))
		return false;
	if (in_c_library(symbol) ? strcmp(symbol->name, "syscall") != 0 : names_lock(symbol))
		return false;
	b->wait->kind = WAIT_FUTEX;
	return true;
}

enum cost call_site_cost(const struct look_task *task, enum cost budget, enum cost next)
{
	return next == COST_DONE && budget < COST_SEARCH && task->ip ? COST_SEARCH : next;
}
