/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small numbers for opaque ids, in the order in which they come: what a
 * recording says in place of a kernel address. Equal ids have equal numbers.
 */
#ifndef DLTRACE_ORDINALS_H
#define DLTRACE_ORDINALS_H

#include <stdint.h>

/* All zero is empty. */
struct ordinals {
	uint64_t *ids; /* open addressing; 0 is free */
	uint32_t *numbers;
	uint32_t count, capacity;
};

void ordinals_deinit(struct ordinals *ordinals);
/* The id's number, from 1; a new one if it has none. 0 has 0. 0 or -ENOMEM. */
int ordinals_get(struct ordinals *ordinals, uint64_t id, uint32_t *ret_number);

#endif /* DLTRACE_ORDINALS_H */
