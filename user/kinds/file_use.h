/* SPDX-License-Identifier: BSD-2-Clause */
/* References to an open file description that calls in progress hold. */
#ifndef DLTRACE_FILE_USE_H
#define DLTRACE_FILE_USE_H

#include "core/kind.h"

/* References that calls hold for certain, and those that they may hold beside them. */
struct file_uses {
	uint32_t certain;
	uint32_t possible;
};

/*
 * Adds the references to the pipe's description that the blocked calls of the holder's process
 * keep through the holder's descriptor. May read the process's memory (COST_READ). What it does
 * not know it does not count, and then the census fails.
 */
void file_uses_add(const struct kind_context *context, const struct open_file *holder,
		   struct file_uses *uses);

#endif /* DLTRACE_FILE_USE_H */
