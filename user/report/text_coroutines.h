/* SPDX-License-Identifier: BSD-2-Clause */
/* What a thread's event loop has to do, for people. Writes are unchecked: see buffer.h. */
#ifndef DLTRACE_TEXT_COROUTINES_H
#define DLTRACE_TEXT_COROUTINES_H

#include <stdio.h>

struct coroutines;

/* A few lines for each of the first tasks, those before the others whose holder is known. */
void text_coroutines(FILE *out, const struct coroutines *coroutines);
/* Small print: how they came there. */
void text_coroutine_stacks(FILE *out, const struct coroutines *coroutines);

#endif /* DLTRACE_TEXT_COROUTINES_H */
