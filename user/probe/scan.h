/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Callers of code without unwind rules (musl, assembly, just-in-time compilers):
 * by the chain of frame pointers if there is one, else by the nearest word of the
 * stack that is an address behind a call instruction. That may be a leftover, so
 * whatever comes of it is approximate. Pure, given a view of memory.
 */
#ifndef DLTRACE_SCAN_H
#define DLTRACE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unwind_registers;

#define SCAN_BYTES ((uint64_t)32 << 10) /* of one frame */

struct scan_view {
	void *context;
	/* An aligned word of memory; false: there is none. */
	bool (*read)(void *context, uint64_t address, uint64_t *ret);
	/* Up to length bytes of code that end where the address begins; how many, 0: it is no code.
	 */
	size_t (*code_before)(void *context, uint64_t address, void *ret, size_t length);
};

/* The caller's registers, as far as they are known then. False: nobody was found. */
bool scan_step(const struct scan_view *view, struct unwind_registers *registers);

#endif /* DLTRACE_SCAN_H */
