/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is responsible for the locks of a Python process. See lock.c for the rules.
 */
#ifndef DLTRACE_PYTHON_LOCK_H
#define DLTRACE_PYTHON_LOCK_H

#include "python/interpreter.h"

#define PYTHON_LOCKS_MOST 4096

/* What is needed while locks are found. Large: not for the stack. */
struct python_scratch {
	struct python_thread threads[PYTHON_THREADS_MOST];
	struct python_lock again[PYTHON_LOCKS_MOST];
};

/*
 * All bonds of threads with locks that were the same when read twice; *ret_partial is set if not
 * everything could be read, and then a bond may be missing.
 */
uint32_t python_locks(struct python *py, struct python_scratch *scratch,
		      struct python_lock ret[PYTHON_LOCKS_MOST], bool *ret_partial);

#endif /* DLTRACE_PYTHON_LOCK_H */
