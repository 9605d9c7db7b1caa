/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/found.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct found_key {
	uint64_t value;
	uint64_t pid; /* 64 bits: the key has no padding */
};

struct found_entry {
	struct found_key key;
	uint64_t generation;
	uint64_t asked; /* in which look last */
	uint32_t partial;
	uint32_t count;
	uint64_t *hits;
	UT_hash_handle hh;
};

static void entry_free(struct found *found, struct found_entry *entry)
{
	HASH_DEL(found->entries, entry);
	free(entry->hits);
	free(entry);
}

void found_deinit(struct found *found)
{
	struct found_entry *entry, *next;

	HASH_ITER (hh, found->entries, entry, next)
		entry_free(found, entry);
}

void found_age(struct found *found)
{
	struct found_entry *entry, *next;

	HASH_ITER (hh, found->entries, entry, next)
		if (entry->asked < found->look)
			entry_free(found, entry);
	found->look++;
}

static struct found_entry *entry_find(struct found *found, uint32_t pid, uint64_t value)
{
	const struct found_key key = { .value = value, .pid = pid };
	struct found_entry *entry;

	HASH_FIND(hh, found->entries, &key, sizeof(key), entry);
	return entry;
}

bool found_get(struct found *found, uint32_t pid, uint64_t value, uint64_t generation,
	       struct answer *ret)
{
	struct found_entry *entry = entry_find(found, pid, value);

	if (!entry || entry->generation != generation)
		return false;
	entry->asked = found->look;
	*ret = (struct answer){ .partial = entry->partial,
				.count = entry->count,
				.items = entry->hits };
	return true;
}

void found_put(struct found *found, uint32_t pid, uint64_t value, uint64_t generation,
	       const struct answer *answer)
{
	struct found_entry *old = entry_find(found, pid, value);
	struct found_entry *entry = malloc(sizeof(*entry));
	size_t size = answer->count * sizeof(*entry->hits);
	uint64_t *hits = malloc(size + 1);

	if (old)
		entry_free(found, old);
	if (!entry || !hits) {
		free(entry);
		free(hits);
		return;
	}
	memcpy(hits, answer->items, size);
	*entry = (struct found_entry){ .key = { .value = value, .pid = pid },
				       .generation = generation,
				       .asked = found->look,
				       .partial = answer->partial,
				       .count = answer->count,
				       .hits = hits };
	HASH_ADD(hh, found->entries, key, sizeof(entry->key), entry);
}
