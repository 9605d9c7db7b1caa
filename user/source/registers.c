/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/registers.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include <bpf/bpf.h>

#define RECORDS_AT_ONCE 64

static void cleanup_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* A kernel that knows no iterator over one task ignores the tid and gives all of them. */
static int record_find(int fd, uint32_t tid, struct task_regs *ret)
{
	struct task_regs records[RECORDS_AT_ONCE];
	ssize_t length;

	while ((length = read(fd, records, sizeof(records))) != 0) {
		if (length < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (length < 0)
			return -errno;
		for (size_t i = 0; i < (size_t)length / sizeof(*records); i++) {
			if (records[i].tid != tid)
				continue;
			*ret = records[i];
			return 0;
		}
	}
	return -ESRCH;
}

int registers_read(int program_fd, uint32_t tid, struct task_regs *ret)
{
	union bpf_iter_link_info info = { .task.tid = tid };
	LIBBPF_OPTS(bpf_link_create_opts, options, .iter_info = &info,
		    .iter_info_len = sizeof(info));
	__attribute__((cleanup(cleanup_fd))) int link_fd =
		bpf_link_create(program_fd, 0, BPF_TRACE_ITER, &options);

	if (link_fd < 0)
		return link_fd;

	__attribute__((cleanup(cleanup_fd))) int fd = bpf_iter_create(link_fd);

	return fd < 0 ? fd : record_find(fd, tid, ret);
}
