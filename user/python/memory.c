/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages are kept while one question is answered: the objects of an interpreter
 * lie close together, and a read of another process costs a system call.
 */
#include "python/memory.h"

#include <errno.h>
#include <string.h>

void python_forget(struct python *py)
{
	for (size_t i = 0; i < PYTHON_PAGES; i++)
		py->pages[i].read = false;
	memset(py->types, 0, sizeof(py->types));
}

static const struct python_page *page_get(struct python *py, uint64_t address)
{
	struct python_page *page = &py->pages[address / PYTHON_PAGE_SIZE % PYTHON_PAGES];

	if (page->read && page->address == address)
		return page;
	page->address = address;
	page->error = py->memory.fetch(py->memory.context, address, page->bytes, PYTHON_PAGE_SIZE);
	page->read = true;
	return page;
}

int python_read(struct python *py, uint64_t address, void *ret, size_t length)
{
	if (!py->reads_left)
		return -E2BIG;
	py->reads_left--;
	if (address > INT64_MAX - length)
		return -EFAULT;
	for (size_t done = 0; done < length;) {
		size_t offset = (address + done) % PYTHON_PAGE_SIZE;
		const struct python_page *page = page_get(py, address + done - offset);
		size_t part = PYTHON_PAGE_SIZE - offset;

		if (page->error)
			return page->error;
		if (part > length - done)
			part = length - done;
		memcpy((char *)ret + done, page->bytes + offset, part);
		done += part;
	}
	return 0;
}

uint64_t python_word(struct python *py, uint64_t address)
{
	uint64_t word;

	return python_read(py, address, &word, sizeof(word)) ? 0 : word;
}

uint32_t python_word32(struct python *py, uint64_t address)
{
	uint32_t word;

	return python_read(py, address, &word, sizeof(word)) ? 0 : word;
}

uint8_t python_byte(struct python *py, uint64_t address)
{
	uint8_t byte;

	return python_read(py, address, &byte, sizeof(byte)) ? 0 : byte;
}
