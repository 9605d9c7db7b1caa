/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Searching a process's memory for words with a given value: pure, given a view
 * of that memory. Bounded: what does not fit the bounds is left out and said.
 */
#ifndef DLTRACE_SEARCH_H
#define DLTRACE_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bpf/event.h"

#define SEARCH_HITS_MAX 4096
#define SEARCH_BLOCK	((size_t)1 << 20)
#define SEARCH_PAGE	((uint64_t)4096)

/* Bits of a page's entry (Documentation/admin-guide/mm/pagemap.rst). */
#define PAGE_PRESENT (1ull << 63)
#define PAGE_SWAPPED (1ull << 62)
#define PAGE_OF_FILE (1ull << 61) /* or shared: not a private copy */

struct memory_view {
	void *context;
	/* Bytes read, or -errno. */
	ssize_t (*read)(void *context, uint64_t address, void *ret, size_t length);
	/* Entries of count pages from address on; false if unknown: all are read then. */
	bool (*pages)(void *context, uint64_t address, uint64_t *ret_entries, size_t count);
	/* Called before each block; false: the time is up. */
	bool (*go_on)(void *context);
};

struct search_result {
	uint64_t *hits; /* room for SEARCH_HITS_MAX; addresses */
	uint32_t count;
	bool partial; /* cut, or something could not be read */
};

/*
 * All aligned words with that value in the private writable mappings: the heap
 * first, then other anonymous memory, data of files, the stack, and what is huge.
 * block: SEARCH_BLOCK bytes of scratch, aligned for words.
 */
void search_memory(const struct memory_view *view, const struct mapping *mappings, size_t count,
		   uint64_t value, void *block, struct search_result *ret);

#endif /* DLTRACE_SEARCH_H */
