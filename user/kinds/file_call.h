/* SPDX-License-Identifier: BSD-2-Clause */
/* The descriptors of a call that waits for one or two of them. */
#ifndef DLTRACE_FILE_CALL_H
#define DLTRACE_FILE_CALL_H

#include "core/kind.h"

#define FILE_CALL_SIDES 2

/* A descriptor, and what the call wants of it: POLLIN, POLLOUT, or 0 if it only uses it. */
struct file_side {
	int32_t fd;
	uint32_t events;
};

/* The descriptors that the task's call works on: how many; 0 if it is no such call. */
uint32_t file_call_sides(const struct look_task *task, struct file_side ret[FILE_CALL_SIDES]);

/* Whose /proc shows the task's descriptors: its process's, or, with a table of its own, its own. */
uint32_t file_table(const struct look *look, const struct look_task *task);

/* As probe_descriptor(), of the task's table. */
int file_of_call(const struct kind_context *context, const struct look_task *task, int fd,
		 const struct open_file **ret_file);

#endif /* DLTRACE_FILE_CALL_H */
