/* SPDX-License-Identifier: BSD-2-Clause */
/* What dltrace itself costs. */
#ifndef DLTRACE_USAGE_H
#define DLTRACE_USAGE_H

#include <stdint.h>

struct usage {
	uint64_t cpu_ns;
	uint64_t resident_bytes; /* 0: unknown */
};

struct usage usage_now(void);

#endif /* DLTRACE_USAGE_H */
