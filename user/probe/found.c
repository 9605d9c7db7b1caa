/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/found.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct found_entry {
	struct question question; /* without padding: it is the key */
	uint64_t generation;
	uint64_t asked; /* in which look last */
	uint32_t partial;
	uint32_t count;
	UT_hash_handle hh;
	_Alignas(8) unsigned char items[];
};

_Static_assert(sizeof(struct question) == 24, "a key has no padding");

static void entry_free(struct found *found, struct found_entry *entry)
{
	HASH_DEL(found->entries, entry);
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

static struct found_entry *entry_find(struct found *found, const struct question *question)
{
	struct found_entry *entry;

	HASH_FIND(hh, found->entries, question, sizeof(*question), entry);
	return entry;
}

bool found_get(struct found *found, const struct question *question, uint64_t generation,
	       struct answer *ret)
{
	struct found_entry *entry = entry_find(found, question);

	if (!entry || entry->generation != generation)
		return false;
	entry->asked = found->look;
	*ret = (struct answer){ .partial = entry->partial,
				.count = entry->count,
				.items = entry->items };
	return true;
}

void found_put(struct found *found, const struct question *question, uint64_t generation,
	       const struct answer *answer)
{
	struct found_entry *old = entry_find(found, question);
	size_t size = answer->count * answer_item_size[question->type];
	struct found_entry *entry = malloc(sizeof(*entry) + size);

	if (old)
		entry_free(found, old);
	if (!entry)
		return;
	*entry = (struct found_entry){ .question = *question,
				       .generation = generation,
				       .asked = found->look,
				       .partial = answer->partial,
				       .count = answer->count };
	if (size)
		memcpy(entry->items, answer->items, size);
	HASH_ADD(hh, found->entries, question, sizeof(entry->question), entry);
}
