/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A chain of blocks, filled in order. Clearing keeps the chain.
 */
#include "core/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)64 << 10)

struct arena_block {
	struct arena_block *next;
	size_t size;
	_Alignas(max_align_t) unsigned char bytes[];
};

/* A new block behind the current one. */
static struct arena_block *arena_grow(struct arena *arena, size_t size)
{
	if (size < BLOCK_SIZE)
		size = BLOCK_SIZE;

	struct arena_block *block = malloc(sizeof(*block) + size);

	if (!block)
		return NULL;

	struct arena_block **link = arena->current ? &arena->current->next : &arena->first;

	block->size = size;
	block->next = *link;
	*link = block;
	return block;
}

void *arena_take(struct arena *arena, size_t size)
{
	const size_t align = _Alignof(max_align_t);

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + align - 1) / align * align;
	if (!arena->current || arena->current->size - arena->used < size) {
		struct arena_block *next = arena->current ? arena->current->next : arena->first;

		if (!next || next->size < size)
			next = arena_grow(arena, size);
		if (!next)
			return NULL;
		arena->current = next;
		arena->used = 0;
	}

	void *taken = arena->current->bytes + arena->used;

	arena->used += size;
	return taken;
}

void *arena_copy(struct arena *arena, const void *bytes, size_t size)
{
	void *copy = arena_take(arena, size);

	if (copy && size)
		memcpy(copy, bytes, size);
	return copy;
}

void arena_clear(struct arena *arena)
{
	arena->current = NULL;
	arena->used = 0;
}

void arena_deinit(struct arena *arena)
{
	while (arena->first) {
		struct arena_block *next = arena->first->next;

		free(arena->first);
		arena->first = next;
	}
	*arena = (struct arena){ 0 };
}
