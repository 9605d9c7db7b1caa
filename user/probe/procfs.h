/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading files of /proc whole. Functions return 0 or -errno; a process that
 * is gone is -ESRCH.
 */
#ifndef DLTRACE_PROCFS_H
#define DLTRACE_PROCFS_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A buffer that grows and is used again. All zero is empty. */
struct text {
	char *bytes; /* ends with NUL */
	size_t length, capacity;
};

void text_deinit(struct text *text);
/* Reads fd to its end, in place of what was there. */
int text_read(struct text *text, int fd);

/*
 * By which task of the process its memory and files are to be read: a leader that
 * has ended has none any more, while its threads live on. The pid itself if there
 * is no better one.
 */
uint32_t procfs_thread(uint32_t pid);

/* A descriptor of /proc/PID/NAME, or -errno. PID may be any task's id. */
int procfs_open(uint32_t pid, const char *name, int flags);
int procfs_read(uint32_t pid, const char *name, struct text *ret);
/* Target of a link, with NUL; returns its length or -errno. */
int procfs_link(uint32_t pid, const char *name, char *ret, size_t size);

/*
 * True for errors that leave a process out of a list of all processes without
 * more ado: it is gone, or may not be read. The kernel's own counts, or that
 * there are none, tell whether it is missed.
 */
static inline bool procfs_is_absent(int error)
{
	return error == -ESRCH || error == -ENOENT || error == -EACCES || error == -EPERM;
}

/* All numbers that a directory of /proc lists, ascending; the caller frees *ret_numbers. */
int procfs_list(const char *path, uint32_t **ret_numbers, size_t *ret_count);

/*
 * How many tasks have been born since the machine was started, for whoever reads all processes from
 * /proc: one that was born after they were listed is not among them, and may have from its parent,
 * gone before it was read, what the list is about. 0 or -errno.
 */
int procfs_births(uint64_t *ret);
/* -EBUSY if there were more births since there were that many. */
int procfs_births_check(uint64_t before);

/* The kernel's own form of a device number, as BPF programs see it (linux/kdev_t.h). */
static inline uint32_t kernel_dev(uint32_t major, uint32_t minor)
{
	return major << 20 | minor;
}

#endif /* DLTRACE_PROCFS_H */
