/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Radix sort of indices, eleven bits at a time: two passes sort any tid (Linux
 * has at most 2^22, PID_MAX_LIMIT in include/linux/threads.h), a third is made
 * only for keys that need it.
 */
#include "core/sort.h"

#include <stdbool.h>
#include <string.h>

#define DIGIT_BITS 11
#define DIGITS	   (1u << DIGIT_BITS)

static void sort_by_digit(const uint32_t *from, uint32_t *to, uint32_t count, const uint32_t *keys,
			  unsigned int shift)
{
	uint32_t start[DIGITS] = { 0 };
	uint32_t sum = 0;

	for (uint32_t i = 0; i < count; i++)
		start[(keys[from[i]] >> shift) & (DIGITS - 1)]++;
	for (uint32_t d = 0; d < DIGITS; d++) {
		uint32_t here = start[d];

		start[d] = sum;
		sum += here;
	}
	for (uint32_t i = 0; i < count; i++)
		to[start[(keys[from[i]] >> shift) & (DIGITS - 1)]++] = from[i];
}

void sort_indices(uint32_t *index, uint32_t count, const uint32_t *keys, uint32_t *scratch)
{
	uint32_t largest = 0;
	bool sorted = true;

	for (uint32_t i = 0; i < count; i++) {
		if (keys[index[i]] > largest)
			largest = keys[index[i]];
		if (i && keys[index[i]] < keys[index[i - 1]])
			sorted = false;
	}
	if (sorted)
		return;
	for (unsigned int shift = 0; shift < 32 && largest >> shift; shift += DIGIT_BITS) {
		sort_by_digit(index, scratch, count, keys, shift);
		memcpy(index, scratch, count * sizeof(*index));
	}
}
