/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that is taken piece by piece and given back all at once, kept for the
 * next round: in the steady state nothing is allocated.
 */
#ifndef DLTRACE_ARENA_H
#define DLTRACE_ARENA_H

#include <stddef.h>

struct arena_block;

/* All zero is an empty arena. */
struct arena {
	struct arena_block *first;
	struct arena_block *current; /* NULL: nothing taken since the last clear */
	size_t used;		     /* bytes of current */
};

/* Aligned for any type, valid until the next clear; NULL if out of memory. */
void *arena_take(struct arena *arena, size_t size);
/* A copy of the bytes; NULL if out of memory. */
void *arena_copy(struct arena *arena, const void *bytes, size_t size);
void arena_clear(struct arena *arena);
void arena_deinit(struct arena *arena);

#endif /* DLTRACE_ARENA_H */
