/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPython's _multiprocessing.SemLock objects, found in a process's memory by
 * the address of their semaphore. Layout (Modules/_multiprocessing/semaphore.c,
 * 3.6 to 3.14, with the two-word object head of a build with a GIL): reference
 * count 0, type 8, handle 16, last_tid 24, count 32, maxvalue 36, kind 40.
 */
#ifndef DLTRACE_SEMLOCK_OBJECT_H
#define DLTRACE_SEMLOCK_OBJECT_H

#include "core/kind.h"

#define SEMLOCK_RECURSIVE 0 /* RLock: only its taker may release it */
#define SEMLOCK_SEMAPHORE 1 /* Lock, Semaphore, and what is made of them */

struct semlock {
	uint64_t address; /* of the object */
	uint32_t pid;
	int32_t count; /* acquired less released, by this process */
	int32_t maxvalue;
	int32_t kind;
	uint64_t last_tid; /* pthread_self() of the last to acquire it in this process */
};

#define SEMLOCK_LAST_TID_OFFSET 24
#define SEMLOCK_COUNT_OFFSET	32

/* Objects of one semaphore that are looked at, over all processes. */
#define SEMLOCKS_MOST 4096

struct semlock_list {
	struct semlock *items;
	size_t count, capacity;
};
void semlock_list_deinit(struct semlock_list *list);

/*
 * Adds the objects of process pid whose handle is `handle`. 0; -ENOENT if there is none; else
 * another -errno, and then some may be missing.
 */
int semlock_list_search(struct semlock_list *list, const struct probe *probe, uint32_t pid,
			uint64_t handle);

#endif /* DLTRACE_SEMLOCK_OBJECT_H */
