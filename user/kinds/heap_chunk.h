/* SPDX-License-Identifier: BSD-2-Clause */
/* What glibc's allocator writes before each piece of memory that it gives out. */
#ifndef DLTRACE_HEAP_CHUNK_H
#define DLTRACE_HEAP_CHUNK_H

#include "core/kind.h"

/*
 * If a piece begins at `start`, the piece that holds the address: it is found from one header to
 * the next, all of which must be legal. False: nothing is known. Asks at COST_READ.
 */
bool heap_chunk_find(const struct kind_context *context, uint32_t pid, uint64_t start,
		     uint64_t address, uint64_t *ret_begin, uint64_t *ret_end);

#endif /* DLTRACE_HEAP_CHUNK_H */
