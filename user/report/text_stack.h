/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DLTRACE_TEXT_STACK_H
#define DLTRACE_TEXT_STACK_H

#include <stdio.h>

struct stack_frame;

/* A line for each frame; nothing if there is none. Writes are unchecked: see buffer.h. */
void text_stack(FILE *out, const struct stack_frame *stack, size_t count, const char *missing);

#endif /* DLTRACE_TEXT_STACK_H */
