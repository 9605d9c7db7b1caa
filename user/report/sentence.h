/* SPDX-License-Identifier: BSD-2-Clause */
/* A deadlock in one sentence. */
#ifndef DLTRACE_SENTENCE_H
#define DLTRACE_SENTENCE_H

struct deadlock;

/*
 * "python3[12] and python3[13] each wait for a lock that the other holds":
 * printable, without full stop. malloc'ed; NULL if out of memory.
 */
char *sentence_new(const struct deadlock *deadlock);

#endif /* DLTRACE_SENTENCE_H */
