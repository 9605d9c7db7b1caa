/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/quarantine.h"

#include <stddef.h>

#define STRIKES_MAX 10

static bool item_holds(const struct quarantined *item, uint64_t look)
{
	return item->stuck || look < item->until_look;
}

static struct quarantined *item_find(struct quarantine *quarantine, uint32_t pid)
{
	for (uint32_t i = 0; i < quarantine->count; i++)
		if (quarantine->items[i].pid == pid)
			return &quarantine->items[i];
	return NULL;
}

bool quarantine_holds(const struct quarantine *quarantine, uint32_t pid, uint64_t look)
{
	for (uint32_t i = 0; i < quarantine->count; i++)
		if (quarantine->items[i].pid == pid)
			return item_holds(&quarantine->items[i], look);
	return false;
}

/* A place of its own, or that of somebody who is free: few helpers can be stuck at a time. */
static struct quarantined *item_new(struct quarantine *quarantine, uint64_t look)
{
	if (quarantine->count < QUARANTINE_MAX)
		return &quarantine->items[quarantine->count++];
	for (uint32_t i = 0; i < quarantine->count; i++)
		if (!item_holds(&quarantine->items[i], look))
			return &quarantine->items[i];
	return &quarantine->items[0];
}

void quarantine_add(struct quarantine *quarantine, uint32_t pid, pid_t stuck, uint64_t look)
{
	struct quarantined *item = item_find(quarantine, pid);

	if (!item) {
		item = item_new(quarantine, look);
		*item = (struct quarantined){ .pid = pid };
	}
	item->stuck = stuck;
	item->until_look = look + (1ull << item->strikes);
	if (item->strikes < STRIKES_MAX)
		item->strikes++;
}

void quarantine_release(struct quarantine *quarantine, pid_t stuck)
{
	for (uint32_t i = 0; i < quarantine->count; i++)
		if (quarantine->items[i].stuck == stuck)
			quarantine->items[i].stuck = 0;
}

uint32_t quarantine_list(const struct quarantine *quarantine, uint64_t look, uint32_t *ret_pids,
			 uint32_t max)
{
	uint32_t held = 0;

	for (uint32_t i = 0; i < quarantine->count; i++) {
		if (!item_holds(&quarantine->items[i], look))
			continue;
		if (held < max)
			ret_pids[held] = quarantine->items[i].pid;
		held++;
	}
	return held;
}
