/* SPDX-License-Identifier: BSD-2-Clause */
/* In which function, and in which calls inlined into it, an address of code is. */
#ifndef DLTRACE_SCOPES_H
#define DLTRACE_SCOPES_H

#include <elfutils/libdw.h>

/*
 * The scopes around the address, innermost first, on through who called inlined ones; their
 * number, 0 if there are none. The caller frees *ret.
 */
int scopes_find(Dwarf_Die *unit, uint64_t address, Dwarf_Die **ret);

#endif /* DLTRACE_SCOPES_H */
