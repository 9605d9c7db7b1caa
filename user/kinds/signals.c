/* SPDX-License-Identifier: BSD-2-Clause */
/* Signal handlers and timers as ways on. */
#include "kinds/signals.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kinds/children.h"
#include "kinds/mappers.h"
#include "kinds/reasons.h"

/* asm-generic/signal.h; the same on x86 and arm64 */
#define SIGNAL_BIT(number) (1ull << ((number)-1))
enum {
	SIGNAL_INT = 2,
	SIGNAL_ILL = 4,
	SIGNAL_TRAP = 5,
	SIGNAL_BUS = 7,
	SIGNAL_FPE = 8,
	SIGNAL_SEGV = 11,
	SIGNAL_CHLD = 17,
	SIGNAL_SYS = 31,
	SIGNAL_CANCEL = 32, /* glibc's own, as is the next (internal-signals.h) */
	SIGNAL_SETXID = 33,
};

/* What a thread does to itself, and what the C library keeps for itself. */
#define NOT_SENT                                                                     \
	(SIGNAL_BIT(SIGNAL_ILL) | SIGNAL_BIT(SIGNAL_TRAP) | SIGNAL_BIT(SIGNAL_BUS) | \
	 SIGNAL_BIT(SIGNAL_FPE) | SIGNAL_BIT(SIGNAL_SEGV) | SIGNAL_BIT(SIGNAL_SYS) | \
	 SIGNAL_BIT(SIGNAL_CANCEL) | SIGNAL_BIT(SIGNAL_SETXID))

static const char *const interpreters[] = {
	"python", "pypy", "perl", "ruby", "node",   "nodejs", "bash",  "sh", "dash",
	"zsh",	  "ksh",  "php",  "lua",  "luajit", "tclsh",  "guile", NULL,
};

bool program_is(const char *path, const char *const *names)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;

	for (; *names; names++) {
		size_t length = strlen(*names);

		if (!strncmp(base, *names, length) && !isalpha((unsigned char)base[length]))
			return true;
	}
	return false;
}

static uint64_t caught_signals(const struct look_task *task, enum handler_reach reach)
{
	uint64_t caught = task->caught & ~NOT_SENT;

	if (reach == HANDLER_ENDS_ANY)
		return caught;
	/* In a process with more threads another one may take the signal. */
	if (task->threads == 1)
		caught &= ~task->blocked_signals;
	/* Everybody's ^C does not count, unless there are other handlers beside it. */
	if (caught == SIGNAL_BIT(SIGNAL_INT))
		caught = 0;
	return caught;
}

static bool only_children_signal(uint64_t caught)
{
	return (caught & ~SIGNAL_BIT(SIGNAL_INT)) == SIGNAL_BIT(SIGNAL_CHLD);
}

static void saw_caught(const struct look_task *task, struct wait_builder *b)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/status", task->pid);
	wait_saw_proc(b, path, "the signals that its process catches", "SigCgt: %016" PRIx64,
		      (uint64_t)task->caught);
}

/* False if no handler of the process reaches such a wait of the task, or it cannot be told. */
static bool handler_reaches(const struct kind_context *context, const struct look_task *task,
			    struct wait_builder *b, enum handler_reach reach)
{
	const char *path;
	int error = probe_program(context->probe, task->pid, &path);

	if (error) {
		wait_open_error(b, error);
		return false;
	}
	if (program_is(path, interpreters))
		return task->tid == task->pid;
	return reach == HANDLER_MAY_INTERRUPT;
}

static bool has_edge(const struct kind_context *context, const struct wait_builder *b,
		     uint32_t target)
{
	const struct edge *edges = context->graph->edges + b->wait->first_edge;

	for (uint32_t i = 0; i < b->wait->edge_count; i++)
		if (edges[i].target == target)
			return true;
	return false;
}

/*
 * pthread_cancel() by another thread ends nearly all calls that a handler may. glibc 2.34 and later
 * have their handler for it only in a process that has cancelled a thread before
 * (nptl/pthread_cancel.c); older ones in every one with threads.
 */
static void cancellers_edge(const struct kind_context *context, const struct look_task *task,
			    struct wait_builder *b)
{
	if (task->threads < 2 || !(task->caught & SIGNAL_BIT(SIGNAL_CANCEL)) || !task->mm)
		return;
	if (!has_edge(context, b, graph_memory(context->graph, task->mm)))
		memory_edge(context, task, b, RELATION_MAY_WAKE);
}

enum cost signals_resolve(const struct kind_context *context, const struct look_task *task,
			  enum cost budget, struct wait_builder *b, enum handler_reach reach)
{
	uint64_t caught = caught_signals(task, reach);
	bool timer = task->flags & TASK_TIMER;

	cancellers_edge(context, task, b);

	bool depends = reach == HANDLER_MAY_RAISE || reach == HANDLER_MAY_INTERRUPT;

	if (!depends)
		saw_caught(task, b);
	if (!caught && !timer)
		return COST_DONE;
	if (reach == HANDLER_MAY_RAISE && task->tid != task->pid)
		return COST_DONE;
	if (depends) {
		if (budget < COST_READ)
			return COST_READ;
		if (!handler_reaches(context, task, b, reach))
			return COST_DONE;
		saw_caught(task, b);
	}
	if (timer)
		wait_open(b, OPEN_TIMER);
	if (reach != HANDLER_ENDS_ANY && only_children_signal(caught))
		children_edge(context, task, b, RELATION_MAY_WAKE, EDGE_CAN_END);
	else if (caught)
		wait_open(b, reach == HANDLER_ENDS_ANY ? OPEN_AWAITED_SIGNAL : OPEN_SIGNAL);
	return COST_DONE;
}
