/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks a pass of the task iterator against /proc and adds what it left out.
 */
#ifndef DLTRACE_RECONCILE_H
#define DLTRACE_RECONCILE_H

#include <stdint.h>

struct task_list;

struct hidden {
	uint32_t added;	     /* left out by the iterator, taken from /proc */
	uint32_t unreadable; /* left out, and not to be had from /proc either */
};

/*
 * started_ns: CLOCK_BOOTTIME when the pass began. Tasks that started later are
 * nobody's fault and are left to the next look. 0 or -errno; of the list what
 * was there stays as it is.
 */
int reconcile(struct task_list *list, uint64_t started_ns, struct hidden *ret);

#endif /* DLTRACE_RECONCILE_H */
