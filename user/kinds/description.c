/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who shares an open file description: fork() and SCM_RIGHTS copy descriptors,
 * dup() adds some, and a mapping keeps the description that it was made
 * through. The description counts them all (struct file, include/linux/fs.h):
 * what is found must be as many, or somebody was not found, be it a descriptor
 * in flight over a socket or a mapping that is not listed.
 */
#include "kinds/description.h"

#include <errno.h>
#include <stdlib.h>

#include "core/cleanup.h"
#include "kinds/file_use.h"
#include "kinds/reasons.h"

struct census {
	uint32_t *pids;
	size_t pid_count;
	uint32_t refs; /* the kernel's number; 0: unknown */
	uint32_t found;
	struct file_uses uses;
};

static int compare_slots(const void *a, const void *b)
{
	const struct open_file *x = *(const struct open_file *const *)a;
	const struct open_file *y = *(const struct open_file *const *)b;

	if (x->table != y->table)
		return x->table < y->table ? -1 : 1;
	return x->fd < y->fd ? -1 : x->fd > y->fd;
}

/* Two processes that share a descriptor table show each of its descriptors twice. */
static int count_descriptors(const struct kind_context *context, const struct answer *holders,
			     uint64_t description, struct census *census)
{
	const struct open_file *files = holders->items;
	_cleanup_free_ const struct open_file **own = malloc((holders->count + 1) * sizeof(*own));
	size_t count = 0;

	if (!own)
		return -ENOMEM;
	for (uint32_t i = 0; i < holders->count; i++)
		if (files[i].description == description)
			own[count++] = &files[i];
	if (count)
		qsort(own, count, sizeof(*own), compare_slots);
	for (size_t i = 0; i < count; i++) {
		census->refs = own[i]->refs;
		census->pids[census->pid_count++] = own[i]->pid;
		census->found += !i || compare_slots(&own[i - 1], &own[i]);
		file_uses_add(context, own[i], &census->uses);
	}
	return 0;
}

static void count_mappings(const struct answer *mappers, uint64_t description,
			   struct census *census)
{
	const struct mapping *mappings = mappers->items;

	for (uint32_t i = 0; i < mappers->count; i++) {
		if (mappings[i].start >= mappings[i].end || mappings[i].description != description)
			continue;
		census->pids[census->pid_count++] = mappings[i].pid;
		census->found++;
	}
}

static void census_take(struct graph *graph, uint32_t group, const struct census *census)
{
	uint32_t found = census->found + census->uses.certain;

	/* explained if calls that may hold one do: by custom nobody else does */
	if (census->refs > found && census->refs - found <= census->uses.possible) {
		graph_open_group(graph, group, OPEN_UNCOUNTED);
		found = census->refs;
	}
	graph_set_census(graph, group, census->refs ? (int64_t)census->refs : -1, found);
}

int description_group(const struct kind_context *context, uint32_t dev, uint64_t inode,
		      uint64_t description, uint32_t *ret_group)
{
	struct answer holders, mappers = { 0 };
	int err = probe_holders(context->probe, dev, inode, &holders);

	if (err)
		return err;
	*ret_group = graph_find_group(context->graph, GROUP_SHARERS, description, inode);
	if (*ret_group != NO_NODE)
		return 0;
	probe_mappers(context->probe, dev, inode, &mappers);

	size_t most = (size_t)holders.count + mappers.count + 1;
	_cleanup_free_ uint32_t *pids = malloc(most * sizeof(*pids));
	struct census census = { .pids = pids };

	if (!pids)
		return -ENOMEM;
	err = count_descriptors(context, &holders, description, &census);
	if (err)
		return err;
	count_mappings(&mappers, description, &census);
	*ret_group = group_of_processes(context, GROUP_SHARERS, description, inode, pids,
					pids_unique(pids, census.pid_count));
	if (*ret_group == NO_NODE)
		return -ENOMEM;
	census_take(context->graph, *ret_group, &census);
	if (holders.partial)
		graph_open_group(context->graph, *ret_group, OPEN_CENSUS);
	return 0;
}
