/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why the kernel did not take the programs: they are tried again, one by one.
 */
#ifndef DLTRACE_TRIAL_H
#define DLTRACE_TRIAL_H

#include <stddef.h>

struct way;

/* Something of all was refused with -error. */
void trial_explain(int error, char *why, size_t why_size);
/* A way was refused with -error: what the kernel says to its probe. */
void trial_explain_way(const struct way *way, int error, char *why, size_t why_size);

#endif /* DLTRACE_TRIAL_H */
