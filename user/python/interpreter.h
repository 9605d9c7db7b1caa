/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interpreter that was found and checked, and its threads.
 */
#ifndef DLTRACE_PYTHON_INTERPRETER_H
#define DLTRACE_PYTHON_INTERPRETER_H

#include "python/memory.h"

#define PYTHON_INTERPRETERS_MOST 64
#define PYTHON_THREADS_MOST	 4096

struct python_thread {
	uint64_t state; /* address of its PyThreadState */
	uint64_t ident; /* pthread_self() */
	uint64_t frame; /* innermost; 0: none */
	uint32_t tid;	/* in its own PID namespace */
};

/*
 * Begins to read a process with that interpreter. tid, in its own PID namespace, is a thread of
 * which it is known that Python runs it: if the interpreter's list does not have it, nothing here
 * is believed. 0; -EOPNOTSUPP: not a known version; -EINVAL: the interpreter is not where it was
 * expected to be, or does not look as expected.
 */
int python_open(struct python *py, const struct python_memory *memory,
		const struct interpreter *interpreter, uint32_t tid);

/* All threads; *ret_partial is set if there are more. */
uint32_t python_threads(struct python *py, struct python_thread ret[PYTHON_THREADS_MOST],
			bool *ret_partial);

/* The flags, and where the GIL is, of the interpreter at that address with that version. */
void interpreter_complete(const struct python_memory *memory, struct interpreter *interpreter);

/* Who holds the GIL of the interpreter. 0; -EBUSY: nobody does for certain; -EOPNOTSUPP. */
int interpreter_gil(const struct python_memory *memory, const struct interpreter *interpreter,
		    struct python_gil *ret);

#endif /* DLTRACE_PYTHON_INTERPRETER_H */
