/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One descriptor of one process, from /proc: what it is comes from its link and
 * inode, how it was opened from its fdinfo.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "probe/files.h"
#include "core/affix.h"
#include "probe/maps.h"
#include "probe/procfs.h"
#include "probe/worker.h"

#define LINK_SIZE 256

/* What has no path says what it is (fs/pipe.c, net/socket.c, and users of anon_inode_getfile). */
static const struct {
	const char *prefix;
	enum file_kind kind;
} link_kinds[] = {
	{ "pipe:[", FILE_PIPE },
	{ "socket:[", FILE_SOCKET },
	{ "anon_inode:[pidfd]", FILE_PIDFD },
	{ "pidfd:[", FILE_PIDFD },
	{ "anon_inode:[eventfd]", FILE_EVENTFD },
	{ "anon_inode:[eventpoll]", FILE_EPOLL },
	{ "anon_inode:[timerfd]", FILE_TIMERFD },
	{ "anon_inode:[signalfd]", FILE_SIGNALFD },
	{ "anon_inode:inotify", FILE_INOTIFY },
};

/* Majors of terminals: Documentation/admin-guide/devices.txt; 136 to 143 are ptys. */
static bool major_is_terminal(uint32_t major)
{
	return major == 4 || major == 5 || (major >= 136 && major <= 143);
}

static enum file_kind kind_of_mode(const struct statx *stat)
{
	switch (stat->stx_mode & S_IFMT) {
	case S_IFREG:
		return FILE_REGULAR;
	case S_IFIFO:
		return FILE_FIFO;
	case S_IFSOCK:
		return FILE_SOCKET;
	case S_IFCHR:
		return major_is_terminal(stat->stx_rdev_major) ? FILE_TERMINAL : FILE_DEVICE;
	case S_IFBLK:
		return FILE_DEVICE;
	default:
		return FILE_OTHER;
	}
}

static enum file_kind kind_of_link(const char *link, const struct statx *stat)
{
	for (size_t i = 0; i < sizeof(link_kinds) / sizeof(*link_kinds); i++)
		if (begins_with(link, link_kinds[i].prefix))
			return link_kinds[i].kind;
	return link[0] == '/' ? kind_of_mode(stat) : FILE_OTHER;
}

int descriptor_read(uint32_t pid, uint32_t thread, int fd, struct open_file *ret)
{
	char name[32], path[64], link[LINK_SIZE];
	struct statx stat;

	snprintf(name, sizeof(name), "fd/%d", fd);
	snprintf(path, sizeof(path), "/proc/%u/%s", thread, name);

	int length = procfs_link(thread, name, link, sizeof(link));

	if (length < 0)
		return length;
	/* No question to a server that may not answer. */
	if (statx(AT_FDCWD, path, AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, &stat))
		return -errno;
	*ret = (struct open_file){
		.inode = stat.stx_ino,
		.dev = kernel_dev(stat.stx_dev_major, stat.stx_dev_minor),
		.pid = pid,
		.fd = fd,
		.kind = kind_of_link(link, &stat),
	};
	return 0;
}

/* The number behind "name:" at the start of a line, or -1. */
static long fdinfo_number(const struct text *text, const char *name, int base)
{
	size_t length = strlen(name);

	for (const char *line = text->bytes; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, length))
			return strtol(line + length, NULL, base);
	}
	return -1;
}

static uint32_t access_mode(long flags)
{
	static const uint32_t mode_of[] = { [O_RDONLY] = 1, [O_WRONLY] = 2, [O_RDWR] = 3, 0 };

	return mode_of[flags & O_ACCMODE];
}

/* By which numbers the kernel's own lists know a file; on a mount that is not listed, stat()'s. */
static void identify(uint32_t thread, const struct text *fdinfo, struct open_file *file)
{
	long mount = fdinfo_number(fdinfo, "mnt_id:", 10),
	     inode = fdinfo_number(fdinfo, "ino:", 10);
	uint32_t dev;

	if (mount < 0 || inode <= 0 || maps_mount_dev(thread, mount, &dev))
		return;
	file->dev = dev;
	file->inode = (uint64_t)inode;
}

void descriptor_answer(struct worker *worker, struct exchange *exchange)
{
	const struct question *question = &exchange->question;
	__attribute__((cleanup(text_deinit))) struct text text = { 0 };
	struct open_file file;
	char name[32];
	uint32_t thread = procfs_thread(question->id);
	int err = descriptor_read(question->id, thread, (int)question->a, &file);

	(void)worker;
	snprintf(name, sizeof(name), "fdinfo/%d", (int)question->a);
	if (!err)
		err = procfs_read(thread, name, &text);
	if (err) {
		exchange->error = err;
		return;
	}

	long flags = fdinfo_number(&text, "flags:", 8);
	long target = file.kind == FILE_PIDFD	  ? fdinfo_number(&text, "Pid:", 10)
		      : file.kind == FILE_EVENTFD ? fdinfo_number(&text, "eventfd-id:", 10)
						  : 0;

	if (flags >= 0) {
		file.flags = (uint32_t)flags;
		file.mode = access_mode(flags);
	}
	if (file.kind == FILE_REGULAR || file.kind == FILE_OTHER)
		identify(thread, &text, &file);
	file.target = target > 0 ? (uint32_t)target : 0;
	*(struct open_file *)exchange_add(exchange, 1) = file;
}
