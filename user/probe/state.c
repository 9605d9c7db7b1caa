/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What /proc tells of a task under a lock that execve() takes for as long as it closes
 * descriptors (fs/exec.c: begin_new_exec(); fs/proc/base.c: exec_update_lock). The server
 * of a file that is closed then may be dead, and its task in execve() for ever.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe/procfs.h"
#include "probe/worker.h"

#define LINK_SIZE 64

static void text_put(struct exchange *exchange, const char *text, size_t length)
{
	char *room = exchange_add(exchange, (uint32_t)length);

	if (room)
		memcpy(room, text, length);
}

/* The file as one line; empty if it may not be read. */
static void file_put(struct exchange *exchange, uint32_t pid, uint32_t tid, const char *name)
{
	struct text text = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "task/%" PRIu32 "/%s", tid, name);
	if (procfs_read(pid, path, &text) || !text.length)
		text_put(exchange, "\n", 1);
	else
		text_put(exchange, text.bytes, text.length);
	text_deinit(&text);
}

void wchan_answer(struct worker *worker, struct exchange *exchange)
{
	struct text text = { 0 };

	(void)worker;
	exchange->error = procfs_read(exchange->question.id, "wchan", &text);
	if (!exchange->error)
		exchange_add_text(exchange, text.bytes, (uint32_t)text.length);
	text_deinit(&text);
}

static void link_answer(struct exchange *exchange, uint32_t pid, const char *name)
{
	char path[PATH_MAX];
	int length = procfs_link(pid, name, path, sizeof(path));

	if (length < 0)
		exchange->error = length;
	else
		exchange_add_text(exchange, path, (uint32_t)length);
}

void program_answer(struct worker *worker, struct exchange *exchange)
{
	(void)worker;
	link_answer(exchange, procfs_thread(exchange->question.id), "exe");
}

/* Not read through: what the name leads to is nobody's business. */
void path_answer(struct worker *worker, struct exchange *exchange)
{
	char name[32];

	(void)worker;
	snprintf(name, sizeof(name), "fd/%d", (int)exchange->question.a);
	link_answer(exchange, procfs_thread(exchange->question.id), name);
}

static void namespace_put(struct exchange *exchange, uint32_t pid)
{
	char link[LINK_SIZE];
	int length = procfs_link(pid, "ns/pid", link, sizeof(link));

	text_put(exchange, link, length < 0 ? 0 : (size_t)length);
	text_put(exchange, "\n", 1);
}

/* Completions of an io_uring may do what nobody seems to be left to do. */
static bool has_io_uring(uint32_t pid)
{
	char path[32], link[LINK_SIZE];
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/fd", pid);

	DIR *dir = opendir(path);

	for (const struct dirent *entry; dir && !found && (entry = readdir(dir));) {
		ssize_t length = readlinkat(dirfd(dir), entry->d_name, link, sizeof(link) - 1);

		link[length < 0 ? 0 : length] = '\0';
		found = !strcmp(link, "anon_inode:[io_uring]");
	}
	if (dir)
		closedir(dir);
	return found;
}

void state_answer(struct worker *worker, struct exchange *exchange)
{
	uint32_t pid = exchange->question.id, tid = (uint32_t)exchange->question.a;
	struct text text = { 0 };
	char path[64];

	(void)worker;
	snprintf(path, sizeof(path), "task/%" PRIu32 "/stat", tid);
	exchange->error = procfs_read(pid, path, &text);
	if (!exchange->error) {
		text_put(exchange, text.bytes, text.length);
		file_put(exchange, pid, tid, "syscall");
		namespace_put(exchange, pid);
		if (tid == pid && has_io_uring(pid))
			text_put(exchange, "io_uring", strlen("io_uring"));
		text_put(exchange, "", 1);
	}
	text_deinit(&text);
}
