/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sorted array: written once a look, then only searched.
 */
#include "core/seen.h"

#include <errno.h>
#include <stdlib.h>

void seen_deinit(struct seen *seen)
{
	free(seen->waits);
	*seen = (struct seen){ 0 };
}

int seen_add(struct seen *seen, const struct seen_wait *wait)
{
	if (seen->count == seen->capacity) {
		size_t capacity = seen->capacity ? 2 * seen->capacity : 64;
		struct seen_wait *waits = reallocarray(seen->waits, capacity, sizeof(*waits));

		if (!waits)
			return -ENOMEM;
		seen->waits = waits;
		seen->capacity = capacity;
	}
	seen->waits[seen->count++] = *wait;
	return 0;
}

static int wait_compare(const void *a, const void *b)
{
	const struct seen_wait *x = a, *y = b;

	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

void seen_sort(struct seen *seen)
{
	if (seen->count)
		qsort(seen->waits, seen->count, sizeof(*seen->waits), wait_compare);
}

bool seen_has_task(const struct seen *seen, uint32_t tid)
{
	const struct seen_wait wait = { .tid = tid };

	return seen->count && bsearch(&wait, seen->waits, seen->count, sizeof(wait), wait_compare);
}

const struct seen_wait *seen_find(const struct seen *seen, const struct seen_wait *wait)
{
	if (!seen->count)
		return NULL;

	const struct seen_wait *found =
		bsearch(wait, seen->waits, seen->count, sizeof(*wait), wait_compare);

	return found && found->start_ns == wait->start_ns && found->fingerprint == wait->fingerprint
		       ? found
		       : NULL;
}
