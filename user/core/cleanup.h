/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Owning locals say so: they carry an attribute that releases them, and leave a
 * function only through TAKE_PTR().
 */
#ifndef DLTRACE_CLEANUP_H
#define DLTRACE_CLEANUP_H

#include <stdlib.h>

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

/* For a local that points to malloc'ed memory; must be initialised. */
#define _cleanup_free_ __attribute__((cleanup(cleanup_free), unused))

/* The pointer's value, leaving NULL behind: ownership passes on. */
#define TAKE_PTR(pointer)                                                                          \
	({                                                                                         \
		__typeof__(pointer) _taken = (pointer);                                            \
		(pointer) = NULL;                                                                  \
		_taken;                                                                            \
	})

#endif /* DLTRACE_CLEANUP_H */
