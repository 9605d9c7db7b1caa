/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pass is a stream: the kernel runs the program for as many tasks as fill its
 * buffer, and each read empties that. So nothing is ever lost to a full buffer.
 */
#include "source/pass.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "bpf/event.h"
#include "source/task_list.h"

/* One read gives at most 8 pages (kernel/bpf/bpf_iter.c), which on arm64 may be 64 KiB each. */
#define READ_TASKS (8 * 65536 / sizeof(struct look_task) + 1)

static void cleanup_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

int pass_read(int link_fd, struct task_list *list)
{
	__attribute__((cleanup(cleanup_fd))) int fd = bpf_iter_create(link_fd);
	size_t used = list->count * sizeof(*list->tasks);

	if (fd < 0)
		return -errno;
	for (;;) {
		int error = task_list_reserve(list, READ_TASKS);

		if (error)
			return error;

		ssize_t length = read(fd, (char *)list->tasks + used,
				      list->capacity * sizeof(*list->tasks) - used);

		if (!length)
			return used % sizeof(*list->tasks) ? -EIO : 0;
		/* EAGAIN: the kernel went through a million tasks and had nothing to say. */
		if (length < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (length > 0)
			used += (size_t)length;
		list->count = (uint32_t)(used / sizeof(*list->tasks));
	}
}
