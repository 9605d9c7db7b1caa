/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The expressions by which unwind rules say where a caller's register is (DWARF 5,
 * sections 2.5 and 6.4): pure, given a view of memory and of the registers.
 */
#ifndef DLTRACE_UNWIND_OPS_H
#define DLTRACE_UNWIND_OPS_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unwind_registers;

struct unwind_view {
	const struct unwind_registers *registers; /* of the frame */
	uint64_t cfa;
	bool (*read)(void *context, uint64_t address, uint64_t *ret);
	void *context;
};

/*
 * What the expression yields: a value, or the register that a single DW_OP_reg names, or the word
 * at the location that it computes. False: something on the way is unknown, or not an expression.
 */
bool unwind_location(const struct unwind_view *view, const Dwarf_Op *ops, size_t count,
		     uint64_t *ret);
/* The same for an expression whose result is the value itself, as that of the CFA. */
bool unwind_value(const struct unwind_view *view, const Dwarf_Op *ops, size_t count, uint64_t *ret);

#endif /* DLTRACE_UNWIND_OPS_H */
