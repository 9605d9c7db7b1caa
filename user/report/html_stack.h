/* SPDX-License-Identifier: BSD-2-Clause */
/* A stack as a list, its frames of the program's own code marked. */
#ifndef DLTRACE_HTML_STACK_H
#define DLTRACE_HTML_STACK_H

#include <stdio.h>

struct stack_frame;

/* If there is none, or not all of it, a line says why. Writes are unchecked: see buffer.h. */
void html_stack(FILE *out, const struct stack_frame *stack, size_t count, const char *missing);

#endif /* DLTRACE_HTML_STACK_H */
