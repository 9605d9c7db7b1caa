/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the library calls it that waits: a future, a channel and a barrier are all futexes, and
 * only the frames of the wait tell which. A name for people, which changes no judgement.
 */
#ifndef DLTRACE_LIBRARY_WAIT_H
#define DLTRACE_LIBRARY_WAIT_H

#include <stddef.h>

struct stack_frame;

/* "Rust Condvar", a constant; NULL if no frame of the wait is known. Innermost frame first. */
const char *library_wait_name(const struct stack_frame *frames, size_t count);

#endif /* DLTRACE_LIBRARY_WAIT_H */
