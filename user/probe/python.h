/* SPDX-License-Identifier: BSD-2-Clause */
/* The Python frames of a thread, for whoever puts its stack together. */
#ifndef DLTRACE_PROBE_PYTHON_H
#define DLTRACE_PROBE_PYTHON_H

#include <stdint.h>

#include "python/stack.h"

struct worker;
struct exchange;

/* 0; -ENOENT: not Python; -EOPNOTSUPP: not a known version; -ESRCH: not one of its threads. */
int python_frames(struct worker *worker, struct exchange *exchange, uint32_t pid, uint32_t tid,
		  struct python_stack *ret);

#endif /* DLTRACE_PROBE_PYTHON_H */
