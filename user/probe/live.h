/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The probe of a running system. What cannot hang is read here, the rest in a
 * helper process; a process on which that hung is in quarantine, and questions
 * about it are answered with -ETIMEDOUT at once.
 */
#ifndef DLTRACE_LIVE_H
#define DLTRACE_LIVE_H

#include <stdint.h>

#include "core/probe.h"

struct live_probe;

struct live_probe_options {
	/* Links of the iterators over open files, sockets and mappings; not owned; -1: read /proc.
	 */
	int files_link_fd;
	int sockets_link_fd;
	int maps_link_fd;
	/*
	 * What changes whenever a task of the process, or the task, has run: their context
	 * switches at this look. By it answers are kept from look to look; 0: unknown, or one of
	 * them is running. NULL: nothing is kept.
	 */
	uint64_t (*process_generation)(void *context, uint32_t pid);
	uint64_t (*task_generation)(void *context, uint32_t tid);
	/*
	 * Puts up to max processes that the iterators pass over into ret_pids: their number, or
	 * more than max if there are more. Needed with link descriptors only.
	 */
	uint32_t (*hidden)(void *context, uint32_t *ret_pids, uint32_t max);
	/* The registers of a task that sleeps: 0 or -errno. NULL: there are no stacks. */
	int (*registers)(void *context, uint32_t tid, struct task_regs *ret);
	/* Who of the process last woke somebody at a futex: 0 or -errno. NULL: that was not
	 * followed. */
	int (*waker)(void *context, uint32_t pid, uint64_t address, struct waker *ret);
	void *context;
};

/* NULL if out of memory. Ended by live_probe_free(). */
struct live_probe *live_probe_new(const struct live_probe_options *options);
void live_probe_free(struct live_probe *live);

/* Valid for as long as live is; answers are valid until the next look. */
const struct probe *live_probe_view(const struct live_probe *live);

/* A new look begins: what was read for the last one is forgotten. */
void live_probe_new_look(struct live_probe *live);

/* Processes in quarantine now, and up to max of their pids; pid 0 stands for no single one. */
uint32_t live_probe_quarantined(const struct live_probe *live, uint32_t *ret_pids, uint32_t max);

#endif /* DLTRACE_LIVE_H */
