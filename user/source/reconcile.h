/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks a pass of the task iterator against /proc and adds what it left out.
 */
#ifndef DLTRACE_RECONCILE_H
#define DLTRACE_RECONCILE_H

#include <stdbool.h>
#include <stdint.h>

#include "source/task_list.h"

struct probe;

struct hidden {
	uint32_t added;	     /* left out by the iterator, taken from /proc */
	uint32_t unreadable; /* left out, and not to be had from /proc either */
};

/* What the kernel says of all tasks of the system, zombies too. */
struct task_count {
	uint32_t tasks;
	uint32_t last_id; /* that was given out */
};

/* What is known from one look to the next; {} at first, ended by reconciler_deinit(). */
struct reconciler {
	struct task_list hidden; /* as of the last listing of /proc */
	uint32_t last_id;	 /* just before it */
	uint32_t age;		 /* looks since all of them were read */
	bool whole;		 /* nobody else was hidden */
};

/*
 * started_ns: CLOCK_BOOTTIME when the pass began. Tasks that started later are
 * nobody's fault and are left to the next look. direct is asked what may hang. 0 or -errno; of the
 * list what was there stays as it is.
 */
int reconcile(struct reconciler *known, struct task_list *list, uint64_t started_ns,
	      const struct probe *direct, struct hidden *ret);
void reconciler_deinit(struct reconciler *known);

/* False, and ret is unchanged, if the text is not that of /proc/loadavg. */
bool loadavg_parse(const char *text, struct task_count *ret);
/* True if a pass that brought the list shows that the same tasks are hidden as at the last listing;
 * count: read after the pass. */
bool reconciler_holds(const struct reconciler *known, const struct task_list *list,
		      const struct task_count *count);

#endif /* DLTRACE_RECONCILE_H */
