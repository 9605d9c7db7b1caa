/* SPDX-License-Identifier: BSD-2-Clause */
#include "python/text.h"

#include <string.h>

#define REPLACEMENT 0xfffd

static uint32_t character_at(const unsigned char *characters, uint64_t index, uint32_t width)
{
	uint32_t character = 0;

	memcpy(&character, characters + index * width, width); /* little-endian, as all of it */
	if (character > 0x10ffff || (character >= 0xd800 && character < 0xe000))
		return REPLACEMENT;
	return character;
}

/* Returns how many bytes. */
static size_t character_encode(uint32_t character, unsigned char ret[4])
{
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t count = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;

	for (size_t i = count; i-- > 1; character >>= 6)
		ret[i] = (unsigned char)(0x80 | (character & 0x3f));
	ret[0] = (unsigned char)(lead[count] | character);
	return count;
}

void text_from_wide(const void *characters, uint64_t length, uint32_t width, char *ret, size_t size)
{
	size_t used = 0;

	memset(ret, 0, size);
	for (uint64_t i = 0; i < length; i++) {
		unsigned char bytes[4];
		size_t count = character_encode(character_at(characters, i, width), bytes);

		if (used + count >= size)
			return;
		memcpy(ret + used, bytes, count);
		used += count;
	}
}

void text_append(char *ret, size_t size, const char *text)
{
	size_t used = strnlen(ret, size);
	size_t length = strlen(text);

	if (used + 1 >= size)
		return;
	if (length > size - 1 - used)
		length = size - 1 - used;
	memcpy(ret + used, text, length);
	ret[used + length] = '\0';
}
