/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * glibc's pthread_once() and call_once(), while another thread runs the routine.
 * The word does not say which thread, so this gives nothing but a better name.
 */
#ifndef DLTRACE_ONCE_H
#define DLTRACE_ONCE_H

#include "core/kind.h"

/* For struct kind: WAIT_ONCE, or WAIT_FUTEX if word or stack say something else. */
enum wait_kind once_by_stack(const struct look_task *task, const struct stack_frame *frames,
			     size_t count);

#endif /* DLTRACE_ONCE_H */
