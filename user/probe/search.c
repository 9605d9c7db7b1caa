/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading costs more than comparing (the kernel copies page by page), so pages
 * that were never touched, or are still the file's own, are passed over: a huge
 * sparse mapping costs 8 bytes a page.
 */
#include "probe/search.h"

#include <errno.h>

#define WORDS_AT_ONCE 64
/* Larger mappings are mostly reserved, not used: they must not take the time of the others. */
#define HUGE_BYTES  ((uint64_t)16 << 30)
#define BLOCK_PAGES (SEARCH_BLOCK / SEARCH_PAGE)

static void word_found(struct search_result *ret, uint64_t address)
{
	if (ret->count < SEARCH_HITS_MAX)
		ret->hits[ret->count++] = address;
	else
		ret->partial = true;
}

/* The inner loop has no exit, so that the compiler can compare many words at once. */
static void words_search(const uint64_t *words, size_t count, uint64_t value, uint64_t address,
			 struct search_result *ret)
{
	size_t i = 0;

	for (; i + WORDS_AT_ONCE <= count; i += WORDS_AT_ONCE) {
		uint64_t equal = 0;

		for (size_t j = 0; j < WORDS_AT_ONCE; j++)
			equal |= words[i + j] == value;
		for (size_t j = 0; equal && j < WORDS_AT_ONCE; j++)
			if (words[i + j] == value)
				word_found(ret, address + (i + j) * sizeof(*words));
	}
	for (; i < count; i++)
		if (words[i] == value)
			word_found(ret, address + i * sizeof(*words));
}

/* Reads [from, to), at most a block. A page that cannot be read is left out, the next is tried. */
static void range_search(const struct memory_view *view, uint64_t from, uint64_t to, uint64_t value,
			 void *block, struct search_result *ret)
{
	while (from < to) {
		ssize_t got = view->read(view->context, from, block, to - from);

		if (got > 0)
			words_search(block, (size_t)got / sizeof(uint64_t), value, from, ret);
		if (got == (ssize_t)(to - from))
			return;
		ret->partial = true;
		if (got == -ESRCH)
			return;
		from = (from + (got > 0 ? (uint64_t)got : 0)) / SEARCH_PAGE * SEARCH_PAGE +
		       SEARCH_PAGE;
	}
}

static bool page_is_private(uint64_t entry)
{
	return (entry & (PAGE_PRESENT | PAGE_SWAPPED)) && !(entry & PAGE_OF_FILE);
}

/* One block: its runs of pages that hold something of the process's own. */
static void block_search(const struct memory_view *view, uint64_t from, uint64_t to, uint64_t value,
			 void *block, struct search_result *ret)
{
	uint64_t entries[BLOCK_PAGES];
	size_t pages = (to - from) / SEARCH_PAGE;

	if (!view->pages(view->context, from, entries, pages)) {
		range_search(view, from, to, value, block, ret);
		return;
	}
	for (size_t i = 0; i < pages;) {
		size_t run = i;

		while (run < pages && page_is_private(entries[run]))
			run++;
		range_search(view, from + i * SEARCH_PAGE, from + run * SEARCH_PAGE, value, block,
			     ret);
		i = run + 1;
	}
}

/* In which round a mapping is searched; rounds are numbered from 0. */
enum { ROUND_HEAP, ROUND_ANON, ROUND_DATA, ROUND_STACK, ROUND_HUGE, ROUNDS };

static int mapping_round(const struct mapping *mapping)
{
	const uint32_t wanted = MAPPING_READ | MAPPING_WRITE;

	if ((mapping->flags & wanted) != wanted ||
	    (mapping->flags & (MAPPING_SHARED | MAPPING_DENIED)))
		return -1;
	if (mapping->flags & MAPPING_HEAP)
		return ROUND_HEAP;
	if (mapping->flags & MAPPING_STACK)
		return ROUND_STACK;
	if (mapping->end - mapping->start > HUGE_BYTES)
		return ROUND_HUGE;
	return mapping->flags & MAPPING_FILE ? ROUND_DATA : ROUND_ANON;
}

void search_memory(const struct memory_view *view, const struct mapping *mappings, size_t count,
		   uint64_t value, void *block, struct search_result *ret)
{
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < count; i++) {
			uint64_t end = mappings[i].end;

			if (mapping_round(&mappings[i]) != round)
				continue;
			for (uint64_t at = mappings[i].start; at < end; at += SEARCH_BLOCK) {
				uint64_t to = end - at < SEARCH_BLOCK ? end : at + SEARCH_BLOCK;

				if (!view->go_on(view->context)) {
					ret->partial = true;
					return;
				}
				block_search(view, at, to, value, block, ret);
			}
		}
	}
}
