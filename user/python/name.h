/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program calls an object, as far as its frames tell. */
#ifndef DLTRACE_PYTHON_NAME_H
#define DLTRACE_PYTHON_NAME_H

#include "python/frame.h"

/*
 * The name by which this frame, or the nearest outward, knows the object or what it is part of:
 * "account_lock", "Account.lock", "Queue.mutex". Empty if none does.
 */
void python_name(struct python *py, const struct python_frame *frame, uint64_t object, char *ret,
		 size_t size);
/* The same, where coroutines await each other: their frames, innermost first. */
void python_name_in(struct python *py, const struct python_frame *frames, uint32_t count,
		    uint64_t object, char *ret, size_t size);

#endif /* DLTRACE_PYTHON_NAME_H */
