/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for nothing but a signal. */
#ifndef DLTRACE_PAUSE_H
#define DLTRACE_PAUSE_H

#include "core/kind.h"

/* The wait is ended by a handler, or else idle. Also for a poll of nothing without a timeout. */
enum cost pause_until_signal(const struct kind_context *context, const struct look_task *task,
			     enum cost budget, struct wait_builder *b);

#endif /* DLTRACE_PAUSE_H */
