/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which words are addresses of memory that a process has for itself and may write
 * to: its heap, its stacks, its variables. Pure.
 */
#ifndef DLTRACE_POINTERS_H
#define DLTRACE_POINTERS_H

#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"
#include "core/stack.h"

#define POINTERS_MAX   16384		 /* of one task */
#define STACK_READ_MAX ((size_t)1 << 18) /* bytes of one stack */

/* Mappings sorted by address. */
struct pointer_view {
	const struct mapping *mappings;
	size_t mapping_count;
};

/*
 * Puts those of `count` words into ret, at most `max`, and returns how many there are. `address` is
 * that of the first word; 0: they are registers.
 */
size_t pointers_find(const struct pointer_view *view, const uint64_t *words, size_t count,
		     uint64_t address, struct stack_pointer *ret, size_t max);

#endif /* DLTRACE_POINTERS_H */
