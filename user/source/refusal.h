/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why the kernel does not take the programs, in one line for the user.
 */
#ifndef DLTRACE_REFUSAL_H
#define DLTRACE_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

/* Something is missing that shows before anything is tried: then ret_why names it. */
bool refusal_is_obvious(char *ret_why, size_t size);

/* The kernel refused `program` with -error; log is what its verifier said, and is cut up here. */
void refusal_explain(int error, const char *program, char *log, char *ret_why, size_t size);

#endif /* DLTRACE_REFUSAL_H */
