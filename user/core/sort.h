/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sorting of indices by a 32-bit key: linear, stable, for arrays of millions.
 */
#ifndef DLTRACE_SORT_H
#define DLTRACE_SORT_H

#include <stdint.h>

/*
 * Sorts index[0..count) by keys[index[i]]; scratch has room for count entries.
 * Equal keys keep their order.
 */
void sort_indices(uint32_t *index, uint32_t count, const uint32_t *keys, uint32_t *scratch);

#endif /* DLTRACE_SORT_H */
