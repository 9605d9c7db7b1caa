/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the functions that take and give back units of a sem_t are, in the files
 * that a process runs.
 */
#ifndef DLTRACE_SEM_FUNCTIONS_H
#define DLTRACE_SEM_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sem_function {
	char path[80];	 /* below /proc: valid while the process has the file mapped */
	uint64_t offset; /* in the file */
	bool posts;	 /* gives back; else takes */
};

/*
 * How many, at most `room`, or -errno; -ETIMEDOUT: the process's memory map or one of its files
 * cannot be read in time.
 */
int sem_functions_find(uint32_t pid, struct sem_function *ret, size_t room);

#endif /* DLTRACE_SEM_FUNCTIONS_H */
