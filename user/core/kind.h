/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kind of wait: how it is recognised, who can end it, who is responsible.
 * Kinds live in kinds/, one file each, and read the system only through a probe.
 */
#ifndef DLTRACE_KIND_H
#define DLTRACE_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/graph.h"
#include "core/probe.h"
#include "core/wait.h"
#include "core/wait_builder.h"

struct history;

/* What a kind may use while it resolves one wait. */
struct kind_context {
	const struct look *look;
	const struct probe *probe;
	const struct history *history; /* NULL: none */
	struct graph *graph;
};

struct kind {
	enum wait_kind kind;
	/*
	 * Prefixes of the kernel functions in which a task of this kind sleeps, ended by NULL; a
	 * task that sleeps elsewhere is in a page fault or the like, and its wait is open.
	 */
	const char *const *wchan;
	/*
	 * True if the task's wait is of this kind, from what the look brought and, at most, reads
	 * of its own memory. Kinds are tried in the order of their table.
	 */
	bool (*recognise)(const struct kind_context *context, const struct look_task *task);
	/*
	 * Says through the builder all that can be known at no more than the given cost, and
	 * returns the cost of the next question that would say more, or COST_DONE. Called again
	 * from the start with a higher budget if the task is still suspect. What is said at a low
	 * budget is a lower bound of the ways on: a later call may only add some.
	 */
	enum cost (*resolve)(const struct kind_context *context, const struct look_task *task,
			     enum cost budget, struct wait_builder *b);
	/*
	 * What the task's stack says that its wait really is, asked when a finding is written up:
	 * a better name, which changes no judgement. NULL: nothing.
	 */
	enum wait_kind (*by_stack)(const struct look_task *task, const struct stack_frame *frames,
				   size_t count);
	/* The line of describe(), if the stack has a better one; false: it has none. NULL: never.
	 */
	bool (*describe_by_stack)(const struct look_task *task, const struct stack_frame *frames,
				  size_t count, char *ret, size_t size);
	/* One line for people: the object, and whatever names it has. */
	void (*describe)(const struct kind_context *context, const struct look_task *task,
			 char *ret, size_t size);
};

/* A table of kinds; the last one takes whatever no other recognised. */
struct kind_table {
	const struct kind *const *kinds;
	size_t count;
};

/*
 * System calls, by what they are to the kinds. The table is per architecture
 * (core/calls.c) and is the only place that knows their numbers.
 */
enum call {
	CALL_UNKNOWN,
	CALL_FUTEX,
	CALL_FUTEX_WAIT, /* futex2 */
	CALL_FUTEX_WAITV,
	CALL_WAIT4,
	CALL_WAITID,
	CALL_READ, /* and its kin: the descriptor is the first argument */
	CALL_WRITE,
	CALL_POLL,
	CALL_PPOLL,
	CALL_SELECT,
	CALL_PSELECT,
	CALL_SEMOP,
	CALL_SEMTIMEDOP,
	CALL_MSGRCV,
	CALL_MSGSND,
	CALL_MQ_RECEIVE,
	CALL_MQ_SEND,
	CALL_FLOCK,
	CALL_FCNTL,
	CALL_CLONE, /* clone, clone3, vfork: sleeps for a child that borrows its memory */
	CALL_SIGWAIT,
	CALL_PAUSE,
	CALL_SIGSUSPEND,
	CALL_SLEEP, /* always timed */
	CALL_ACCEPT,
	CALL_CONNECT,
	CALL_RECEIVE,
	CALL_SEND,
	CALL_EPOLL,
	CALL_EPOLL2, /* epoll_pwait2: with another kind of timeout */
	CALL_SPLICE,
	CALL_TEE,
	CALL_VMSPLICE,
	CALL_SENDFILE,
	CALL_OPEN,    /* the path is the first argument */
	CALL_OPENAT,  /* ... or the second */
	CALL_RESTART, /* restart_syscall: resumes a timed call */
	CALLS,
};
/* For a set of them in 64 bits. */
#define CALL_BIT(call) (1ull << (call))
_Static_assert(CALLS <= 64, "a set of calls has 64 bits");

enum call call_of(const struct look_task *task);
/* Name of the system call for reports, "?" if unknown. Valid for ever. */
const char *call_name(int number);

#endif /* DLTRACE_KIND_H */
