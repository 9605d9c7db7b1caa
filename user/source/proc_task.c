/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading /proc/PID/task/TID/stat and status, see proc(5).
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

#define NS_PER_S   1000000000ULL
#define PF_KTHREAD 0x200000 /* include/linux/sched.h */
#define TEXT_LEN   4096

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

int proc_task_read(uint32_t pid, uint32_t tid, struct look_task *ret)
{
	struct look_task task = { .pid = pid, .tid = tid, .call = -1 };
	char text[TEXT_LEN];
	int error = file_read(pid, tid, "stat", text);

	if (!error)
		error = proc_stat_parse(text, &task);
	if (!error)
		error = file_read(pid, tid, "status", text);
	if (error)
		return error;
	status_parse(text, &task);
	*ret = task;
	return 0;
}
