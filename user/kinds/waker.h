/* SPDX-License-Identifier: BSD-2-Clause */
/* Who last woke somebody at a futex, as far as that was followed (--attach syscall). */
#ifndef DLTRACE_KINDS_WAKER_H
#define DLTRACE_KINDS_WAKER_H

#include "core/kind.h"

/*
 * Adds it to the evidence for the edge added last. It names no holder: who woke once need not be
 * who has to wake now. shared: the word lies in a file that others map at other addresses.
 */
void waker_saw(const struct kind_context *context, const struct look_task *task, uint64_t address,
	       bool shared, struct wait_builder *b);

#endif /* DLTRACE_KINDS_WAKER_H */
