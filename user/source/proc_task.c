/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What /proc/PID/task/TID tells in stat, syscall and status, see proc(5).
 */
#include "source/proc_task.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf/event.h"
#include "core/probe.h"

#define NS_PER_S 1000000000ULL
/* include/linux/sched.h */
#define PF_FORKNOEXEC 0x40
#define PF_KTHREAD    0x200000
#define TEXT_LEN      4096

/* Signals of timers: asm-generic/signal.h; SIGALRM, SIGVTALRM, SIGPROF. */
#define TIMER_SIGNALS (1ull << 13 | 1ull << 25 | 1ull << 26)
/* A stack below this is that of a 32-bit program, whose calls have other numbers. */
#define COMPAT_END (1ull << 32)

/* Fields of /proc/PID/stat after the name, counted from the state as 0 (proc(5), less 3). */
enum stat_field {
	STAT_PPID = 1,
	STAT_FLAGS = 6,
	STAT_THREADS = 17,
	STAT_START = 19,
	STAT_EXIT_CODE = 49,
	STAT_FIELDS,
};

static int file_read(uint32_t pid, uint32_t tid, const char *name, char ret_text[TEXT_LEN])
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/task/%" PRIu32 "/%s", pid, tid, name);

	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;

	ssize_t length = read(fd, ret_text, TEXT_LEN - 1);
	int error = length < 0 ? -errno : 0;

	close(fd);
	if (error)
		return error;
	ret_text[length] = '\0';
	return 0;
}

static uint32_t state_flags(char state)
{
	static const struct {
		char state;
		uint32_t flags;
	} states[] = {
		{ 'Z', TASK_DEAD },
		{ 'X', TASK_DEAD },
		{ 'T', TASK_STOPPED },
		{ 't', TASK_TRACED },
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (states[i].state == state)
			return states[i].flags;
	return 0;
}

/* PID (NAME) STATE PPID ...: the name may hold anything, so it ends at the last parenthesis. */
int proc_stat_parse(const char *text, struct look_task *ret)
{
	const char *name = strchr(text, '(');
	const char *end = strrchr(text, ')');
	uint64_t fields[STAT_FIELDS] = { 0 };

	if (!name || !end || end < name || end[1] != ' ' || !end[2])
		return -EPROTO;

	const char *cursor = end + 3;

	for (int i = STAT_PPID; i < STAT_FIELDS; i++) {
		char *next;

		fields[i] = strtoull(cursor, &next, 10);
		if (next == cursor)
			return -EPROTO;
		cursor = next;
	}

	size_t length = (size_t)(end - name - 1);

	memset(ret->name, 0, TASK_NAME_LEN);
	memcpy(ret->name, name + 1, length < TASK_NAME_LEN ? length : TASK_NAME_LEN - 1);
	ret->flags = TASK_FROM_PROC | state_flags(end[2]);
	if (fields[STAT_FLAGS] & PF_KTHREAD)
		ret->flags |= TASK_KTHREAD;
	else if (!(fields[STAT_FLAGS] & PF_FORKNOEXEC))
		ret->flags |= TASK_EXECED;
	ret->ppid = (uint32_t)fields[STAT_PPID];
	ret->threads = (uint32_t)fields[STAT_THREADS];
	ret->start_ns = fields[STAT_START] * (NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK));
	ret->exit_code = (uint32_t)fields[STAT_EXIT_CODE];
	return 0;
}

static uint64_t status_number(const char *text, const char *key, int base)
{
	const char *line = strstr(text, key);

	return line ? strtoull(line + strlen(key), NULL, base) : 0;
}

static void status_parse(const char *text, struct look_task *ret)
{
	ret->uid = (uint32_t)status_number(text, "\nUid:", 10);
	ret->caught = status_number(text, "\nSigCgt:", 16);
	ret->blocked_signals = status_number(text, "\nSigBlk:", 16);
	ret->switches = status_number(text, "\nvoluntary_ctxt_switches:", 10) +
			status_number(text, "\nnonvoluntary_ctxt_switches:", 10);
}

/* The last of the numbers behind the key: that of the innermost namespace; how many there are. */
static uint32_t status_last(const char *text, const char *key, uint32_t *ret_count)
{
	const char *at = strstr(text, key);
	uint32_t last = 0;

	*ret_count = 0;
	for (at = at ? at + strlen(key) : NULL; at && *at && *at != '\n';) {
		char *next;

		last = (uint32_t)strtoul(at, &next, 10);
		if (next == at)
			break;
		at = next;
		(*ret_count)++;
	}
	return last;
}

/* "State:\tS (sleeping)" */
static uint32_t sleep_flags(const char *text)
{
	const char *state = strstr(text, "\nState:\t");

	switch (state ? state[8] : 0) {
	case 'S':
		return TASK_SLEEPING;
	case 'D':
		return TASK_SLEEPING | TASK_UNINTERRUPTIBLE;
	default:
		return 0;
	}
}

static void status_parse_more(const char *text, struct look_task *ret)
{
	uint64_t pending =
		status_number(text, "\nSigPnd:", 16) | status_number(text, "\nShdPnd:", 16);
	uint32_t levels;

	ret->flags |= sleep_flags(text);
	ret->ns_tid = status_last(text, "\nNSpid:", &levels);
	ret->ns_level = levels ? levels - 1 : 0;
	ret->ns_pid = status_last(text, "\nNStgid:", &levels);
	if (pending & ~ret->blocked_signals)
		ret->flags |= TASK_SIGPENDING;
	ret->tracer = status_number(text, "\nTracerPid:", 10);
	if (ret->tracer)
		ret->flags |= TASK_TRACED;
	if (ret->caught & TIMER_SIGNALS)
		ret->flags |= TASK_TIMER;
}

/* "202 0x7f.. 0x80 0x2 0x0 0x0 0x0 0x7ffc.. 0x7f..", "running", or "-1 0x7ffc.. 0x7f.." */
bool proc_syscall_parse(const char *text, struct look_task *ret)
{
	uint64_t words[CALL_ARGS + 2]; /* arguments, stack pointer, program counter */
	char *next;
	long call = strtol(text, &next, 10);

	if (next == text || call < 0)
		return false;
	for (size_t i = 0; i < CALL_ARGS + 2; i++) {
		const char *at = next;

		words[i] = strtoull(at, &next, 16);
		if (next == at)
			return false;
	}
	ret->call = (int32_t)call;
	memcpy(ret->args, words, sizeof(ret->args));
	ret->sp = words[CALL_ARGS];
	ret->ip = words[CALL_ARGS + 1];
	if (ret->sp < COMPAT_END)
		ret->flags |= TASK_COMPAT;
	return true;
}

/* The namespace is told as "pid:[4026531836]". */
static uint64_t pid_namespace_parse(const char *text)
{
	return strncmp(text, "pid:[", 5) ? 0 : strtoull(text + 5, NULL, 10);
}

int proc_task_read(const struct probe *probe, uint32_t pid, uint32_t tid, struct look_task *ret)
{
	struct look_task task = { .pid = pid, .tid = tid, .call = -1 };
	const char *state = NULL;
	char text[TEXT_LEN];
	int error = probe_state(probe, pid, tid, &state);

	if (!error)
		error = proc_stat_parse(state, &task);
	if (!error)
		error = file_read(pid, tid, "status", text);
	if (error)
		return error;
	status_parse(text, &task);
	*ret = task;
	return 0;
}

/* Of a task whose stat cannot be read: it is there, and what it does nobody knows. */
static void status_parse_alone(const char *status, struct look_task *ret)
{
	char *name = ret->name;

	sscanf(status, "Name:\t%15[^\n]", name);
	ret->flags = TASK_FROM_PROC;
	ret->ppid = (uint32_t)status_number(status, "\nPPid:", 10);
	ret->threads = (uint32_t)status_number(status, "\nThreads:", 10);
}

/* The line behind the one that the cursor is in; "" if there is none. */
static const char *next_line(const char *cursor)
{
	const char *end = strchr(cursor, '\n');

	return end ? end + 1 : "";
}

/* The lines of ASK_STATE behind that of stat, in which only the name may hold a line's end. */
static void state_parse(const char *state, struct look_task *ret)
{
	const char *call = next_line(strrchr(state, ')'));
	const char *namespace = next_line(call);

	if (!strcmp(next_line(namespace), "io_uring"))
		ret->flags |= TASK_ASYNC_IO;
	if (ret->flags & (TASK_DEAD | TASK_KTHREAD) || *call == '\n' || !*call)
		return;
	ret->flags &= ~(uint32_t)TASK_FROM_PROC;
	ret->pid_ns = pid_namespace_parse(namespace);
	/* ids that no other process has */
	ret->mm = ret->files = ret->pid;
	if (!proc_syscall_parse(call, ret))
		ret->flags &= ~(uint32_t)(TASK_SLEEPING | TASK_UNINTERRUPTIBLE);
}

int proc_task_read_call(const struct probe *probe, uint32_t pid, uint32_t tid,
			struct look_task *ret)
{
	struct look_task task = { .pid = pid, .tid = tid, .call = -1 };
	const char *state = NULL;
	char status[TEXT_LEN];
	int error = probe_state(probe, pid, tid, &state);

	if (error == -ESRCH || error == -ENOENT)
		return -ESRCH;
	if (!error)
		error = proc_stat_parse(state, &task);
	bool is_told = !error;

	error = file_read(pid, tid, "status", status);
	if (error)
		return error;
	if (!is_told)
		status_parse_alone(status, &task);
	status_parse(status, &task);
	status_parse_more(status, &task);
	if (task.flags & TASK_DEAD)
		task.flags &= ~(uint32_t)TASK_FROM_PROC;
	if (is_told)
		state_parse(state, &task);
	*ret = task;
	return 0;
}
