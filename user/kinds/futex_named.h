/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * glibc's condition variables and barriers. They have no owner, so this gives
 * nothing but a better name to a wait that anybody with access may end.
 */
#ifndef DLTRACE_FUTEX_NAMED_H
#define DLTRACE_FUTEX_NAMED_H

#include "core/kind.h"

struct futex_call;

/* The kind of what the word belongs to, WAIT_FUTEX if nothing better is known. Asks at COST_READ.
 */
enum wait_kind futex_name(const struct kind_context *context, const struct look_task *task,
			  const struct futex_call *call);

#endif /* DLTRACE_FUTEX_NAMED_H */
