/* SPDX-License-Identifier: BSD-2-Clause */
/* References to an open file description that calls in progress hold. */
#ifndef DLTRACE_FILE_USE_H
#define DLTRACE_FILE_USE_H

#include "core/kind.h"

/*
 * How many references to the pipe's description the blocked calls of the holder's process keep
 * through the holder's descriptor. May read the process's memory (COST_READ). What it does not
 * know it does not count, and then the census fails.
 */
uint32_t file_uses_in_process(const struct kind_context *context, const struct open_file *holder);

#endif /* DLTRACE_FILE_USE_H */
