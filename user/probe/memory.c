/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions about one process's memory: its bytes, the mapping of an address,
 * and the search, bound to a live process.
 */
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "probe/maps.h"
#include "probe/procfs.h"
#include "probe/search.h"
#include "probe/worker.h"

#define SEARCH_TIME_NS	 ((uint64_t)1000000000)
#define SEARCH_BYTES_MAX ((uint64_t)1 << 40) /* of mappings, read or passed over */

void memory_answer(struct worker *worker, struct exchange *exchange)
{
	const struct question *question = &exchange->question;

	if (question->b > MEMORY_ANSWER_MAX) {
		exchange->error = -EINVAL;
		return;
	}

	uint32_t length = (uint32_t)question->b;
	ssize_t got = target_read(target_get(&worker->targets, question->id), question->a,
				  exchange->items, length);

	if (got < 0)
		exchange->error = (int)got;
	else if (got < (ssize_t)length)
		exchange->error = -EFAULT;
	else
		exchange->count = length;
}

/* Static variables that begin as zero have memory of their own behind that of their file. */
static bool is_bss(const struct target *target, const struct mapping *found)
{
	const uint32_t others = MAPPING_FILE | MAPPING_HEAP | MAPPING_STACK;

	while (!(found->flags & others) && found > target->mappings &&
	       found[-1].end == found->start)
		found--;
	return found->flags & MAPPING_FILE;
}

void mapping_answer(struct worker *worker, struct exchange *exchange)
{
	const struct question *question = &exchange->question;
	struct target *target = target_get(&worker->targets, question->id);
	int err = target_map(target);
	const struct mapping *found = err ? NULL : target_find(target, question->a);

	if (!found) {
		exchange->error = err ? err : -EFAULT;
		return;
	}

	struct mapping *mapping = exchange_add(exchange, 1);

	*mapping = *found;
	if (!(found->flags & MAPPING_FILE) && is_bss(target, found))
		mapping->flags |= MAPPING_BSS;
	if (mapping->flags & MAPPING_DENIED)
		mapping->nlink = 1; /* not asked: as if it had a name */
	else if (mapping->flags & MAPPING_FILE)
		mapping->nlink = maps_link_count(mapping);
}

struct live_view {
	struct target *target;
	struct exchange *exchange;
	int pagemap_fd;
	uint64_t until_ns;
	uint64_t bytes_left;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static ssize_t view_read(void *context, uint64_t address, void *ret, size_t length)
{
	struct live_view *view = context;

	return target_read(view->target, address, ret, length);
}

static bool view_pages(void *context, uint64_t address, uint64_t *ret_entries, size_t count)
{
	struct live_view *view = context;
	ssize_t size = (ssize_t)(count * sizeof(*ret_entries));

	return view->pagemap_fd >= 0 &&
	       pread(view->pagemap_fd, ret_entries, (size_t)size,
		     (off_t)(address / SEARCH_PAGE * sizeof(*ret_entries))) == size;
}

static bool view_go_on(void *context)
{
	struct live_view *view = context;

	exchange_progress(view->exchange);
	if (view->bytes_left < SEARCH_BLOCK || now_ns() > view->until_ns)
		return false;
	view->bytes_left -= SEARCH_BLOCK;
	return true;
}

void search_answer(struct worker *worker, struct exchange *exchange)
{
	struct target *target = target_get(&worker->targets, exchange->question.id);
	int err = target_map(target);

	if (err) {
		exchange->error = err;
		return;
	}

	struct live_view live = {
		.target = target,
		.exchange = exchange,
		.pagemap_fd = sysconf(_SC_PAGESIZE) == SEARCH_PAGE
				      ? procfs_open(procfs_thread(target->pid), "pagemap", O_RDONLY)
				      : -1,
		.until_ns = now_ns() + SEARCH_TIME_NS,
		.bytes_left = SEARCH_BYTES_MAX,
	};
	struct memory_view view = { &live, view_read, view_pages, view_go_on };
	struct search_result result = { .hits = (uint64_t *)exchange->items };

	search_memory(&view, target->mappings, target->mapping_count, exchange->question.a,
		      worker->block, &result);
	exchange->count = result.count;
	exchange->partial = result.partial;
	if (live.pagemap_fd >= 0)
		close(live.pagemap_fd);
}
