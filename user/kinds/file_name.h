/* SPDX-License-Identifier: BSD-2-Clause */
/* What an open file that is not judged is called, and why a wait for it is open. */
#ifndef DLTRACE_FILE_NAME_H
#define DLTRACE_FILE_NAME_H

#include "core/kind.h"

/* The wait is for that descriptor of the process, which is not looked into. Asks at COST_READ. */
void wait_open_descriptor(const struct kind_context *context, const struct look_task *task, int fd,
			  const struct open_file *file, struct wait_builder *b);
/* For people: "pipe 123", "terminal /dev/pts/3", "userfaultfd of descriptor 3". */
void file_describe(const struct kind_context *context, const struct look_task *task, int fd,
		   const struct open_file *file, char *ret, size_t size);

#endif /* DLTRACE_FILE_NAME_H */
