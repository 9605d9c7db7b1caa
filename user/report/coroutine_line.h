/* SPDX-License-Identifier: BSD-2-Clause */
/* A task of an event loop in words, for text and page. Writes are unchecked: see buffer.h. */
#ifndef DLTRACE_COROUTINE_LINE_H
#define DLTRACE_COROUTINE_LINE_H

#include <stdio.h>

struct coroutine;

/* "task Task-2 in transfer at bank.py:7" */
void coroutine_who(FILE *out, const struct coroutine *coroutine);
/* "waits for Lock first, held by task Task-3" */
void coroutine_what(FILE *out, const struct coroutine *coroutine);

#endif /* DLTRACE_COROUTINE_LINE_H */
