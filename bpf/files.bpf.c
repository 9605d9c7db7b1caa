// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Every open descriptor, with what only the kernel knows: how many references a
 * description has, and how many descriptions are a pipe's readers and writers.
 * Threads that share a descriptor table are passed over by the iterator.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "bpf/event.h"
#include "bpf/eventfd.h"
#include "bpf/file.h"
#include "bpf/lock_owner.h"
#include "bpf/mount.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* include/linux/fs.h */
#define FMODE_READ  0x1
#define FMODE_WRITE 0x2

/* include/uapi/linux/stat.h */
#define S_IFMT	 0170000
#define S_IFIFO	 0010000
#define S_IFCHR	 0020000
#define S_IFBLK	 0060000
#define S_IFREG	 0100000
#define S_IFSOCK 0140000

/* Documentation/admin-guide/devices.txt; include/linux/kdev_t.h */
#define MAJOR(dev)	((dev) >> 20)
#define TTY_MAJOR	4
#define TTYAUX_MAJOR	5
#define PTY_MAJOR_FIRST 136
#define PTY_MAJOR_LAST	143

static enum file_kind device_kind(__u32 rdev)
{
	__u32 major = MAJOR(rdev);

	if (major == TTY_MAJOR || major == TTYAUX_MAJOR ||
	    (major >= PTY_MAJOR_FIRST && major <= PTY_MAJOR_LAST))
		return FILE_TERMINAL;
	return FILE_DEVICE;
}

/* What shares the anonymous inode (eventfd, epoll ...) only its name tells apart. */
static enum file_kind inode_kind(const struct inode *inode)
{
	__u64 magic = inode->i_sb->s_magic;

	if (magic == MAGIC_ANON_INODE)
		return FILE_OTHER;
	if (magic == MAGIC_PIDFS)
		return FILE_PIDFD;
	switch (inode->i_mode & S_IFMT) {
	case S_IFIFO:
		return magic == MAGIC_PIPEFS ? FILE_PIPE : FILE_FIFO;
	case S_IFSOCK:
		return FILE_SOCKET;
	case S_IFCHR:
		return device_kind(inode->i_rdev);
	case S_IFBLK:
		return FILE_DEVICE;
	case S_IFREG:
		return FILE_REGULAR;
	}
	return FILE_OTHER;
}

static void fill_pipe(const struct pipe_inode_info *pipe, struct open_file *record)
{
	record->readers = pipe->readers;
	record->writers = pipe->writers;
	record->used = pipe->head - pipe->tail;
	record->size = pipe->max_usage;
}

SEC("iter/task_file")
int files__task_file(struct bpf_iter__task_file *ctx)
{
	const struct task_struct *task = ctx->task;
	const struct file *file = ctx->file;
	struct open_file record = {};
	const struct inode *inode;

	if (!task || !file)
		return 0;
	inode = file->f_inode;
	record.description = (__u64)file;
	record.table = (__u64)task->files;
	record.inode = inode->i_ino;
	record.dev = inode->i_sb->s_dev;
	record.pid = task->tgid;
	record.fd = ctx->fd;
	record.kind = inode_kind(inode);
	record.mode = file->f_mode & (FMODE_READ | FMODE_WRITE);
	record.flags = file->f_flags;
	record.refs = file_refs(file) - 1; /* the iterator holds one meanwhile */
	if (record.kind == FILE_PIPE || record.kind == FILE_FIFO)
		fill_pipe(inode->i_pipe, &record);
	else if (record.kind == FILE_OTHER && inode->i_sb->s_magic == MAGIC_ANON_INODE &&
		 file_is_eventfd(file))
		eventfd_fill(file, &record);
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}
