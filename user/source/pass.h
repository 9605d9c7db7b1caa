/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One pass of the task iterator.
 */
#ifndef DLTRACE_PASS_H
#define DLTRACE_PASS_H

struct task_list;

/* Adds all records of a pass. 0 or -errno, and then the list is not to be used. */
int pass_read(int link_fd, struct task_list *list);

#endif /* DLTRACE_PASS_H */
