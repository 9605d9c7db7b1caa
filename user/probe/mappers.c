/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pass over all mappings. The iterator waits for each process's mmap lock;
 * when it was abandoned there, the next pass goes through /proc, which names
 * the process that it hangs on, and counts only if nobody was born meanwhile.
 */
#include "probe/mappers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "probe/iterator.h"
#include "probe/maps.h"
#include "probe/procfs.h"
#include "probe/worker.h"

void mappers_deinit(struct mappers *mappers)
{
	free(mappers->items);
	*mappers = (struct mappers){ 0 };
}

static int compare_inodes(const struct mapping *x, const struct mapping *y)
{
	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return 0;
}

static int compare_mappings(const void *a, const void *b)
{
	const struct mapping *x = a, *y = b;
	int order = compare_inodes(x, y);

	if (order)
		return order;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

static bool mapping_is_shared_file(const struct mapping *mapping)
{
	const uint32_t wanted = MAPPING_SHARED | MAPPING_FILE;

	return (mapping->flags & wanted) == wanted;
}

static int mappers_add(struct mappers *mappers, const struct mapping *mapping)
{
	if (mappers->count == mappers->capacity) {
		size_t capacity = mappers->capacity ? 2 * mappers->capacity : 256;
		struct mapping *more = realloc(mappers->items, capacity * sizeof(*more));

		if (!more)
			return -ENOMEM;
		mappers->items = more;
		mappers->capacity = capacity;
	}
	mappers->items[mappers->count++] = *mapping;
	return 0;
}

/* Adds the shared mappings of one process, from /proc. */
static int mappers_add_process(struct mappers *mappers, uint32_t pid)
{
	_cleanup_free_ struct mapping *mappings = NULL;
	size_t count = 0;
	int err = maps_read(pid, &mappings, &count);

	for (size_t i = 0; i < count && !err; i++)
		if (mapping_is_shared_file(&mappings[i]))
			err = mappers_add(mappers, &mappings[i]);
	return err;
}

/* seen: the iterator's processes, or NULL if there was none and all are to be added. */
static int mappers_add_hidden(struct worker *worker, struct exchange *exchange,
			      const struct files *seen)
{
	_cleanup_free_ uint32_t *pids = NULL;
	size_t count;
	int err = hidden_list(exchange, seen, &pids, &count);

	for (size_t i = 0; i < count && !err; i++) {
		if (seen && files_saw(seen, pids[i]))
			continue;
		if (quarantine_holds(worker->quarantine, pids[i], worker->look)) {
			worker->mappers.partial = true;
			continue;
		}
		exchange->busy_with = pids[i];
		exchange_progress(exchange);

		int failed = mappers_add_process(&worker->mappers, pids[i]);

		if (failed == -ENOMEM)
			err = failed;
		else if (failed && !procfs_is_absent(failed))
			worker->mappers.partial = true;
	}
	exchange->busy_with = 0;
	return err;
}

/*
 * The iterator leaves out threads that share their leader's descriptors; others,
 * and the threads of a leader that has ended, bring the same mappings again.
 */
static void mappers_unique(struct mappers *mappers)
{
	size_t kept = 0;

	for (size_t i = 0; i < mappers->count; i++) {
		const struct mapping *mapping = &mappers->items[i];

		if (!kept || compare_mappings(&mappers->items[kept - 1], mapping))
			mappers->items[kept++] = *mapping;
	}
	mappers->count = kept;
}

static int mappers_read(struct worker *worker, struct exchange *exchange)
{
	struct mappers *mappers = &worker->mappers;
	const struct files *seen = NULL;
	uint64_t births = 0;

	if (mappers->read)
		return mappers->error;
	mappers->read = true;
	exchange->busy_with = 0;
	if (worker->maps_link_fd >= 0 && worker->files_link_fd >= 0 &&
	    !quarantine_holds(worker->quarantine, 0, worker->look)) {
		mappers->error = iterator_read(worker->maps_link_fd, sizeof(*mappers->items),
					       exchange, (void **)&mappers->items, &mappers->count);
		mappers->capacity = mappers->count;
		seen = &worker->files;
	} else {
		mappers->error = procfs_births(&births);
	}
	if (!mappers->error)
		mappers->error = mappers_add_hidden(worker, exchange, seen);
	if (!mappers->error && !seen)
		mappers->error = procfs_births_check(births);
	if (!mappers->error && mappers->count) {
		qsort(mappers->items, mappers->count, sizeof(*mappers->items), compare_mappings);
		mappers_unique(mappers);
	}
	return mappers->error;
}

static size_t mappers_find(const struct mappers *mappers, uint32_t dev, uint64_t inode,
			   const struct mapping **ret_first)
{
	const struct mapping key = { .dev = dev, .inode = inode };
	size_t low = 0, high = mappers->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_inodes(&mappers->items[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_first = mappers->items + low;
	while (high < mappers->count && !compare_inodes(&mappers->items[high], &key))
		high++;
	return high - low;
}

/* What /proc/PID/maps does not say. */
static void items_finish(struct mapping *items, size_t count, struct exchange *exchange)
{
	for (size_t i = 0; i < count; i++) {
		if (items[i].mm)
			continue;
		exchange->busy_with = items[i].pid;
		items[i].nlink = maps_link_count(&items[i]);
	}
}

/* Those who could map the file any moment: both lists are ordered by pid. */
static void add_holders(const struct open_file *files, size_t file_count,
			const struct mapping *mappings, size_t mapping_count,
			struct exchange *exchange)
{
	for (size_t i = 0, j = 0; i < file_count; i++) {
		while (j < mapping_count && mappings[j].pid < files[i].pid)
			j++;
		if (j < mapping_count && mappings[j].pid == files[i].pid)
			continue;

		struct mapping *item = exchange_add(exchange, 1);

		if (!item)
			return;
		*item = (struct mapping){ .inode = files[i].inode,
					  .dev = files[i].dev,
					  .pid = files[i].pid,
					  .description = files[i].description,
					  .refs = files[i].refs,
					  .flags = MAPPING_FILE };
	}
}

void mappers_answer(struct worker *worker, struct exchange *exchange)
{
	uint32_t dev = (uint32_t)exchange->question.a;
	uint64_t inode = exchange->question.b;
	int err = files_read(worker, exchange);

	if (!err)
		err = mappers_read(worker, exchange);
	if (err) {
		exchange->error = err;
		return;
	}

	const struct mapping *mappings;
	const struct open_file *files;
	size_t mapping_count = mappers_find(&worker->mappers, dev, inode, &mappings);
	size_t file_count = files_find(&worker->files, dev, inode, &files);
	struct mapping *items =
		mapping_count ? exchange_add(exchange, (uint32_t)mapping_count) : NULL;

	exchange->partial |= worker->files.partial || worker->mappers.partial;
	if (items) {
		memcpy(items, mappings, mapping_count * sizeof(*items));
		items_finish(items, mapping_count, exchange);
	}
	add_holders(files, file_count, mappings, mapping_count, exchange);
}
