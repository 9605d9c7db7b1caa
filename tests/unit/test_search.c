/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/search.h"

#define BASE  0x10000000ull
#define SIZE  (3 * SEARCH_BLOCK + 2 * SEARCH_PAGE)
#define VALUE 0x7f48d49ea000ull

/* A process that is one piece of memory at BASE. */
struct fake {
	unsigned char *bytes;
	uint64_t absent_from, absent_to; /* addresses never touched */
	uint64_t bad;			 /* a page that cannot be read */
	unsigned int blocks_left;
	uint64_t bytes_read;
	bool pages_known;
};

static ssize_t fake_read(void *context, uint64_t address, void *ret, size_t length)
{
	struct fake *fake = context;

	if (fake->bad && address <= fake->bad && fake->bad < address + length) {
		length = fake->bad - address;
		if (!length)
			return -EIO;
	}
	memcpy(ret, fake->bytes + (address - BASE), length);
	fake->bytes_read += length;
	return (ssize_t)length;
}

static bool fake_pages(void *context, uint64_t address, uint64_t *ret_entries, size_t count)
{
	const struct fake *fake = context;

	for (size_t i = 0; i < count; i++, address += SEARCH_PAGE)
		ret_entries[i] = address >= fake->absent_from && address < fake->absent_to
					 ? 0
					 : PAGE_PRESENT;
	return fake->pages_known;
}

static bool fake_go_on(void *context)
{
	struct fake *fake = context;

	return fake->blocks_left-- > 0;
}

static struct fake fake;
static uint64_t hits[SEARCH_HITS_MAX];
static _Alignas(64) unsigned char block[SEARCH_BLOCK];

static void fake_init(void)
{
	fake = (struct fake){ .bytes = calloc(1, SIZE), .blocks_left = 1000, .pages_known = true };
}

static void fake_deinit(void)
{
	free(fake.bytes);
}

static void put(uint64_t address, uint64_t value)
{
	memcpy(fake.bytes + (address - BASE), &value, sizeof(value));
}

static struct search_result search(const struct mapping *mappings, size_t count)
{
	const struct memory_view view = { &fake, fake_read, fake_pages, fake_go_on };
	struct search_result result = { .hits = hits };

	search_memory(&view, mappings, count, VALUE, block, &result);
	return result;
}

static const struct mapping whole = { .start = BASE,
				      .end = BASE + SIZE,
				      .flags = MAPPING_READ | MAPPING_WRITE | MAPPING_ANON };

TestSuite(search, .init = fake_init, .fini = fake_deinit);

Test(search, finds_aligned_words_wherever_blocks_begin_and_end)
{
	const uint64_t at[] = { BASE,
				BASE + 8,
				BASE + SEARCH_BLOCK - 8,
				BASE + SEARCH_BLOCK,
				BASE + 2 * SEARCH_BLOCK + 4096,
				BASE + SIZE - 8 };

	for (size_t i = 0; i < 6; i++)
		put(at[i], VALUE);
	put(BASE + 20, VALUE); /* not aligned */

	struct search_result result = search(&whole, 1);

	cr_assert_eq(result.count, 6);
	cr_assert_not(result.partial);
	for (size_t i = 0; i < 6; i++)
		cr_assert_eq(hits[i], at[i]);
}

Test(search, passes_over_pages_that_were_never_touched)
{
	fake.absent_from = BASE + SEARCH_PAGE;
	fake.absent_to = BASE + SIZE - SEARCH_PAGE;
	put(BASE, VALUE);
	put(BASE + SIZE - 8, VALUE);

	struct search_result result = search(&whole, 1);

	cr_assert_eq(result.count, 2);
	cr_assert_not(result.partial);
	cr_assert_eq(fake.bytes_read, 2 * SEARCH_PAGE);
}

Test(search, reads_all_pages_if_nothing_is_known_of_them)
{
	fake.pages_known = false;
	fake.absent_to = UINT64_MAX;
	put(BASE + SEARCH_BLOCK, VALUE);
	cr_assert_eq(search(&whole, 1).count, 1);
}

Test(search, leaves_out_a_page_that_cannot_be_read_and_says_so)
{
	fake.bad = BASE + 5 * SEARCH_PAGE;
	put(BASE + 5 * SEARCH_PAGE, VALUE);
	put(BASE + 4 * SEARCH_PAGE, VALUE);
	put(BASE + 6 * SEARCH_PAGE, VALUE);

	struct search_result result = search(&whole, 1);

	cr_assert_eq(result.count, 2);
	cr_assert(result.partial);
}

Test(search, stops_when_told_to_and_says_so)
{
	fake.blocks_left = 1;
	put(BASE, VALUE);
	put(BASE + SEARCH_BLOCK, VALUE);

	struct search_result result = search(&whole, 1);

	cr_assert_eq(result.count, 1);
	cr_assert(result.partial);
}

Test(search, keeps_to_its_number_of_hits_and_says_so)
{
	for (uint64_t i = 0; i < SEARCH_HITS_MAX + 1; i++)
		put(BASE + i * 8, VALUE);

	struct search_result result = search(&whole, 1);

	cr_assert_eq(result.count, SEARCH_HITS_MAX);
	cr_assert(result.partial);
}

Test(search, touches_only_private_writable_memory)
{
	const uint32_t rw = MAPPING_READ | MAPPING_WRITE;
	const uint32_t flags[] = { rw | MAPPING_SHARED | MAPPING_FILE, MAPPING_READ | MAPPING_FILE,
				   MAPPING_WRITE, rw | MAPPING_FILE | MAPPING_DENIED, 0 };

	put(BASE, VALUE);
	for (size_t i = 0; i < 5; i++) {
		struct mapping mapping = { .start = BASE, .end = BASE + SIZE, .flags = flags[i] };

		cr_assert_eq(search(&mapping, 1).count, 0);
		cr_assert_eq(fake.bytes_read, 0);
	}
}

Test(search, begins_with_the_heap_and_ends_with_the_stack)
{
	const uint32_t rw = MAPPING_READ | MAPPING_WRITE;
	struct mapping mappings[4] = {
		{ .flags = rw | MAPPING_ANON | MAPPING_STACK },
		{ .flags = rw | MAPPING_FILE },
		{ .flags = rw | MAPPING_ANON },
		{ .flags = rw | MAPPING_ANON | MAPPING_HEAP },
	};

	for (uint64_t i = 0; i < 4; i++) {
		mappings[i].start = BASE + i * SEARCH_PAGE;
		mappings[i].end = mappings[i].start + SEARCH_PAGE;
		put(mappings[i].start, VALUE);
	}
	cr_assert_eq(search(mappings, 4).count, 4);
	for (uint64_t i = 0; i < 4; i++)
		cr_assert_eq(hits[i], mappings[3 - i].start);
}
