/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who waits for what held by whom, and who is stuck behind them, for people.
 * Of many only the first: JSON has them all. Writes are unchecked: see buffer.h.
 */
#ifndef DLTRACE_TEXT_BODY_H
#define DLTRACE_TEXT_BODY_H

#include <stdio.h>

struct deadlock;

void text_causes(FILE *out, const struct deadlock *deadlock);
void text_victims(FILE *out, const struct deadlock *deadlock);
/* Small print: how they came there, and how we know. */
void text_stacks(FILE *out, const struct deadlock *deadlock);
void text_proof(FILE *out, const struct deadlock *deadlock);

#endif /* DLTRACE_TEXT_BODY_H */
