/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a task waits, in the words of whoever wrote the program. */
#ifndef DLTRACE_PLACE_H
#define DLTRACE_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "core/stack.h"
#include "report/printable.h"

struct cause;

/* Longest: a function, a file and a line. */
struct place {
	char text[2 * sizeof(struct printable) + 32];
};

/* "task at transfer.py:9", "worker+0x1d in app"; printable; empty if the frame tells nothing. */
struct place place_of_frame(const struct stack_frame *frame);
/* Of the nth own frame of the cause, 0 the innermost; empty if there is none. */
struct place place_of_cause(const struct cause *cause, size_t n);

#endif /* DLTRACE_PLACE_H */
