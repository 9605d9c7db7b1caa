/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the processes of -p are there and can be judged. */
#ifndef DLTRACE_TARGETS_H
#define DLTRACE_TARGETS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Checks pids against /proc; a thread's id is replaced by its process. Returns
 * 0 or the status to end with: 4 if one is not there or has ended, 2 for a
 * kernel thread, 1 if /proc cannot tell; then ret_line says what is wrong. With
 * 0 it is a note to print, about threads, or empty.
 */
int targets_check(uint32_t *pids, size_t count, char *ret_line, size_t size);

#endif /* DLTRACE_TARGETS_H */
