/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/label.h"

#include <string.h>
#include <sys/wait.h>

#include "report/printable.h"

static void label(FILE *out, const char *name, uint32_t pid, uint32_t tid)
{
	if (*name)
		fprintf(out, "%s[%u]", printable_name(name).text, pid);
	else
		fprintf(out, "process %u", pid);
	if (tid != pid)
		fprintf(out, " thread %u", tid);
}

void label_task(FILE *out, const struct look_task *task)
{
	label(out, task->name, task->pid, task->tid);
}

void label_process(FILE *out, const struct look_task *task)
{
	label(out, task->name, task->pid, task->pid);
}

static void label_thread(FILE *out, uint32_t pid, uint32_t tid)
{
	if (tid == pid)
		fputs("the main thread", out);
	else
		fprintf(out, "thread %u", tid);
}

void label_task_of(FILE *out, const struct look_task *task, uint32_t pid)
{
	if (task->pid == pid)
		label_thread(out, pid, task->tid);
	else
		label_task(out, task);
}

void label_party_of(FILE *out, const struct party *party, const struct look_task *waiter)
{
	if (*party->group || party->is_process || !party->tid || party->pid != waiter->pid)
		label_party(out, party);
	else if (party->tid == waiter->tid)
		fputs("itself", out);
	else
		label_thread(out, party->pid, party->tid);
}

uint32_t label_only_process(const struct deadlock *deadlock)
{
	for (size_t i = 1; i < deadlock->cause_count; i++)
		if (deadlock->causes[i].task.pid != deadlock->causes[0].task.pid)
			return 0;
	return deadlock->cause_count > 1 ? deadlock->causes[0].task.pid : 0;
}

void label_party(FILE *out, const struct party *party)
{
	if (*party->group)
		fprintf(out, "%s (%u)",
			printable(party->group, sizeof(party->group), PRINTABLE_TEXT).text,
			party->group_count);
	else if (party->pid)
		label(out, party->name, party->pid,
		      party->is_process || !party->tid ? party->pid : party->tid);
	else if (party->tid)
		fprintf(out, "task %u", party->tid);
	else
		fputs("somebody", out);
}

void label_object(FILE *out, const struct cause *cause)
{
	struct printable object =
		*cause->name ? printable(cause->name, sizeof(cause->name), PRINTABLE_NAME)
			     : printable(cause->object, sizeof(cause->object), PRINTABLE_TEXT);
	char *more = *cause->name ? NULL : strstr(object.text, " (");

	if (more)
		*more = '\0';
	fputs(object.text, out);
}

void label_end(FILE *out, const struct deadlock *deadlock)
{
	int status = (int)deadlock->dead.exit_code;
	const char *name = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;

	if (!deadlock->dead.exit_known)
		fputs("has died", out);
	else if (WIFSIGNALED(status))
		fprintf(out, "was killed by signal %d%s%s%s", WTERMSIG(status), name ? " (" : "",
			name ? name : "", name ? ")" : "");
	else
		fprintf(out, "ended with status %d", WEXITSTATUS(status));
}

const char *label_relation(enum relation relation)
{
	static const char *const phrase[RELATION_COUNT] = {
		[RELATION_HOLDS] = "what is held by ",
		[RELATION_JOINS] = "the end of ",
		[RELATION_CHILD] = "child ",
		[RELATION_WRITER] = "writer ",
		[RELATION_READER] = "reader ",
		[RELATION_PEER] = "peer ",
		[RELATION_MAY_POST] = "",
		[RELATION_MAY_WAKE] = "",
		[RELATION_STOPPED_BY] = "its tracer ",
	};

	return phrase[relation];
}

const char *label_cause(enum relation relation)
{
	static const char *const phrase[RELATION_COUNT] = {
		[RELATION_HOLDS] = "held by",
		[RELATION_JOINS] = "joins",
		[RELATION_CHILD] = "its child",
		[RELATION_WRITER] = "written by",
		[RELATION_READER] = "read by",
		[RELATION_PEER] = "served by peer",
		[RELATION_MAY_POST] = "could be posted by",
		[RELATION_MAY_WAKE] = "could be woken by",
		[RELATION_STOPPED_BY] = "stopped by",
	};

	return phrase[relation];
}

const char *label_state(enum party_state state)
{
	static const char *const note[] = {
		[PARTY_ALIVE] = "",
		[PARTY_ZOMBIE] = ", which has ended (zombie)",
		[PARTY_GONE] = ", who is gone",
		[PARTY_LEFT_BEHIND] = ", left behind by fork()",
	};

	return note[state];
}

const char *label_act(enum relation relation, enum wait_kind kind)
{
	static const struct {
		const char *writer, *reader;
	} acts[WAIT_KIND_COUNT] = {
		[WAIT_PIPE_READ] = { "write to or close a pipe", "read from a pipe" },
		[WAIT_EVENTFD] = { "write to an eventfd", "read from an eventfd" },
		[WAIT_SYSV_MSG] = { "send to a queue", "receive from a queue" },
		[WAIT_MQ] = { "send to a queue", "receive from a queue" },
		[WAIT_POLL] = { "write to or close what it polls", "read what it polls" },
		[WAIT_SELECT] = { "write to or close what it polls", "read what it polls" },
		[WAIT_EPOLL] = { "write to or close what it polls", "read what it polls" },
	};
	enum wait_kind known = acts[kind].writer ? kind : WAIT_PIPE_READ;

	if (relation == RELATION_WRITER)
		return acts[known].writer;
	return relation == RELATION_READER ? acts[known].reader : "";
}

const char *label_thing(enum wait_kind kind)
{
	static const char *const thing[WAIT_KIND_COUNT] = {
		[WAIT_SEM] = "semaphore",
		[WAIT_FUTEX] = "futex",
		[WAIT_COND] = "condition variable",
		[WAIT_BARRIER] = "barrier",
		[WAIT_ONCE] = "once",
		[WAIT_SYSV_SEM] = "semaphore",
		[WAIT_FLOCK] = "file lock",
		[WAIT_POSIX_LOCK] = "file lock",
		[WAIT_OFD_LOCK] = "file lock",
		[WAIT_KERNEL_LOCK] = "lock of the kernel",
	};

	return thing[kind] ? thing[kind] : "lock";
}
