/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ordinals.h"

#include <errno.h>
#include <stdlib.h>

#include "core/cleanup.h"
#include "core/graph.h"

#define FIRST_CAPACITY 1024

void ordinals_deinit(struct ordinals *ordinals)
{
	free(ordinals->ids);
	free(ordinals->numbers);
	*ordinals = (struct ordinals){ 0 };
}

/* Where the id is, or the free place where it belongs. */
static uint32_t slot_find(const uint64_t *ids, uint32_t capacity, uint64_t id)
{
	uint32_t slot = (uint32_t)mix64(0, id) & (capacity - 1);

	while (ids[slot] && ids[slot] != id)
		slot = (slot + 1) & (capacity - 1);
	return slot;
}

static int ordinals_grow(struct ordinals *ordinals)
{
	uint32_t capacity = ordinals->capacity ? 2 * ordinals->capacity : FIRST_CAPACITY;
	_cleanup_free_ uint64_t *ids = calloc(capacity, sizeof(*ids));
	_cleanup_free_ uint32_t *numbers = calloc(capacity, sizeof(*numbers));

	if (!ids || !numbers)
		return -ENOMEM;
	for (uint32_t i = 0; i < ordinals->capacity; i++) {
		if (!ordinals->ids[i])
			continue;

		uint32_t slot = slot_find(ids, capacity, ordinals->ids[i]);

		ids[slot] = ordinals->ids[i];
		numbers[slot] = ordinals->numbers[i];
	}
	free(ordinals->ids);
	free(ordinals->numbers);
	ordinals->ids = TAKE_PTR(ids);
	ordinals->numbers = TAKE_PTR(numbers);
	ordinals->capacity = capacity;
	return 0;
}

int ordinals_get(struct ordinals *ordinals, uint64_t id, uint32_t *ret_number)
{
	if (!id) {
		*ret_number = 0;
		return 0;
	}
	if (2 * ordinals->count >= ordinals->capacity) {
		int err = ordinals_grow(ordinals);

		if (err)
			return err;
	}

	uint32_t slot = slot_find(ordinals->ids, ordinals->capacity, id);

	if (!ordinals->ids[slot]) {
		ordinals->ids[slot] = id;
		ordinals->numbers[slot] = ++ordinals->count;
	}
	*ret_number = ordinals->numbers[slot];
	return 0;
}
