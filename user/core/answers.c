/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An array of entries in order of arrival, and an open-addressing index over
 * it with linear probing, at most half full. Nothing is ever removed but all
 * at once, so there are no tombstones.
 */
#include "core/answers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/graph.h"

#define FIRST_CAPACITY 256

void answers_deinit(struct answers *answers)
{
	free(answers->entries);
	free(answers->slots);
	arena_deinit(&answers->items);
	*answers = (struct answers){ 0 };
}

void answers_clear(struct answers *answers)
{
	for (uint32_t i = 0; i < answers->count; i++)
		answers->slots[answers->entries[i].slot] = 0;
	answers->count = 0;
	arena_clear(&answers->items);
}

static bool question_is(const struct question *a, const struct question *b)
{
	return a->type == b->type && a->id == b->id && a->a == b->a && a->b == b->b;
}

/* The slot of the question, or the free one where it belongs. Needs a free slot. */
static uint32_t slot_find(const struct answers *answers, const struct question *question)
{
	uint32_t mask = answers->slot_count - 1;
	uint64_t hash = mix64(mix64(question->type, question->id), question->a);
	uint32_t slot = (uint32_t)mix64(hash, question->b) & mask;

	while (answers->slots[slot] &&
	       !question_is(&answers->entries[answers->slots[slot] - 1].question, question))
		slot = (slot + 1) & mask;
	return slot;
}

static int answers_grow(struct answers *answers)
{
	uint32_t capacity = answers->capacity ? 2 * answers->capacity : FIRST_CAPACITY;

	if (capacity > UINT32_MAX / 4)
		return -ENOMEM;

	struct answer_entry *entries = realloc(answers->entries, capacity * sizeof(*entries));

	if (!entries)
		return -ENOMEM;
	answers->entries = entries;

	uint32_t *slots = calloc(2 * (size_t)capacity, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	free(answers->slots);
	answers->slots = slots;
	answers->slot_count = 2 * capacity;
	answers->capacity = capacity;
	for (uint32_t i = 0; i < answers->count; i++) {
		entries[i].slot = slot_find(answers, &entries[i].question);
		slots[entries[i].slot] = i + 1;
	}
	return 0;
}

int answers_put(struct answers *answers, const struct question *question,
		const struct answer *answer)
{
	int err = answers->count < answers->capacity ? 0 : answers_grow(answers);

	if (err)
		return err;

	uint32_t slot = slot_find(answers, question);

	if (answers->slots[slot])
		return -EEXIST;

	size_t size = answer->count * answer_item_size[question->type];
	const void *items = size ? arena_copy(&answers->items, answer->items, size) : NULL;

	if (size && !items)
		return -ENOMEM;

	struct answer_entry *entry = &answers->entries[answers->count++];

	*entry = (struct answer_entry){ .question = *question, .answer = *answer, .slot = slot };
	entry->answer.items = items;
	answers->slots[slot] = answers->count;
	return 0;
}

static const struct answer_entry *entry_find(const struct answers *answers,
					     const struct question *question)
{
	if (!answers->count)
		return NULL;

	uint32_t index = answers->slots[slot_find(answers, question)];

	return index ? &answers->entries[index - 1] : NULL;
}

static void answers_ask(void *context, const struct question *question, struct answer *ret)
{
	struct answers *answers = context;
	const struct answer_entry *entry = entry_find(answers, question);

	if (!entry) {
		*ret = (struct answer){ .error = -ENODATA };
		if (answers->backend)
			answers->backend->ask(answers->backend->context, question, ret);

		int err = answers_put(answers, question, ret);

		if (err) {
			*ret = (struct answer){ .error = err };
			return;
		}
		entry = &answers->entries[answers->count - 1];
	}
	*ret = entry->answer;
}

struct probe answers_probe(struct answers *answers, const struct probe *backend)
{
	answers->backend = backend;
	return (struct probe){ .ask = answers_ask, .context = answers };
}
