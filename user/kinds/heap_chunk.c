/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * malloc/malloc.c of glibc, 64 bits: before a piece is its size with three flags,
 * and right behind it the header of the next one.
 */
#include "kinds/heap_chunk.h"

#define ALIGNMENT  16 /* MALLOC_ALIGNMENT */
#define SIZE_LEAST 32 /* MINSIZE */
#define SIZE_MOST  ((uint64_t)1 << 40)
#define FLAGS	   ((uint64_t)7)
#define MAPPED	   2 /* IS_MMAPPED: there is no next one */
#define STEPS_MOST 160

/* 0 if there is no legal header before the piece. */
static uint64_t size_read(const struct kind_context *context, uint32_t pid, uint64_t piece)
{
	uint64_t size;

	if (probe_memory(context->probe, pid, piece - sizeof(size), &size, sizeof(size)) ||
	    size & MAPPED)
		return 0;
	size &= ~FLAGS;
	return size % ALIGNMENT || size < SIZE_LEAST || size > SIZE_MOST ? 0 : size;
}

bool heap_chunk_find(const struct kind_context *context, uint32_t pid, uint64_t start,
		     uint64_t address, uint64_t *ret_begin, uint64_t *ret_end)
{
	if (start % ALIGNMENT || start > address)
		return false;
	for (int step = 0; step < STEPS_MOST; step++) {
		uint64_t size = size_read(context, pid, start);

		/* the next one's must be legal, too */
		if (!size || !size_read(context, pid, start + size))
			return false;
		if (address < start + size) {
			*ret_begin = start;
			*ret_end = start + size - sizeof(size);
			return true;
		}
		start += size;
	}
	return false;
}
