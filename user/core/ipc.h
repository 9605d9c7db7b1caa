/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System V semaphores and message queues as the kernel tells of them (semctl(2),
 * msgctl(2)): answers of a probe, so fixed-size and without pointers. Processes
 * are numbered as in dltrace's own PID namespace; 0: none, or one outside of it.
 */
#ifndef DLTRACE_IPC_H
#define DLTRACE_IPC_H

#include <stdint.h>

struct sysv_semaphore {
	uint64_t space; /* its IPC namespace, in which alone the id means something */
	uint32_t value;
	uint32_t last; /* process that changed it last, be it dead; 0: nobody since it was made */
};

struct sysv_queue {
	uint64_t space;
	uint64_t bytes; /* in it */
	uint64_t limit; /* of bytes */
	uint32_t messages;
	uint32_t sender;   /* the last one */
	uint32_t receiver; /* the last one */
	uint32_t reserved;
};

_Static_assert(sizeof(struct sysv_semaphore) == 16, "sysv_semaphore has padding");
_Static_assert(sizeof(struct sysv_queue) == 40, "sysv_queue has padding");

#endif /* DLTRACE_IPC_H */
