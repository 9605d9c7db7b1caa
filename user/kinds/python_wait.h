/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a thread of a Python process waits for at a semaphore: a lock, a lock
 * that names its owner, or the end of a thread.
 */
#ifndef DLTRACE_PYTHON_WAIT_H
#define DLTRACE_PYTHON_WAIT_H

#include "core/kind.h"

/* True if the task sleeps, without a timeout, at a semaphore that only its own process can post. */
bool python_wait_recognise(const struct kind_context *context, const struct look_task *task);
/*
 * The whole answer; the wait becomes a python-lock, a python-rlock or a join, or a sem if the
 * process does not run Python.
 */
enum cost python_wait_resolve(const struct kind_context *context, const struct look_task *task,
			      enum cost budget, struct wait_builder *b);
void python_wait_describe(const struct kind_context *context, const struct look_task *task,
			  char *ret, size_t size);

#endif /* DLTRACE_PYTHON_WAIT_H */
