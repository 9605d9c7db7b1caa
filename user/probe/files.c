/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pass over all descriptors: from the iterator, with what it hides filled
 * in from /proc, or all from /proc. What comes from /proc has no description
 * id and no counts.
 */
#include "probe/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "probe/iterator.h"
#include "probe/procfs.h"
#include "probe/worker.h"

void files_deinit(struct files *files)
{
	free(files->items);
	free(files->pids);
	*files = (struct files){ 0 };
}

/* Of the whole key, or of dev and inode alone. */
static int compare_inodes(const struct open_file *x, const struct open_file *y)
{
	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return 0;
}

static int compare_files(const void *a, const void *b)
{
	const struct open_file *x = a, *y = b;
	int order = compare_inodes(x, y);

	if (order)
		return order;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->fd != y->fd)
		return x->fd < y->fd ? -1 : 1;
	return x->table < y->table ? -1 : x->table > y->table;
}

static int compare_pids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static int files_collect_pids(struct files *files)
{
	size_t count = 0;

	files->pids = malloc((files->count + 1) * sizeof(*files->pids));
	if (!files->pids)
		return -ENOMEM;
	for (size_t i = 0; i < files->count; i++)
		if (!count || files->pids[count - 1] != files->items[i].pid)
			files->pids[count++] = files->items[i].pid;
	qsort(files->pids, count, sizeof(*files->pids), compare_pids);
	files->pid_count = count;
	return 0;
}

bool files_saw(const struct files *files, uint32_t pid)
{
	return files->pid_count &&
	       bsearch(&pid, files->pids, files->pid_count, sizeof(*files->pids), compare_pids);
}

/* How a descriptor was opened is in the mode of its link, which is cheaper than its fdinfo. */
static uint32_t link_mode(uint32_t thread, int fd)
{
	char path[64];
	struct stat stat;

	snprintf(path, sizeof(path), "/proc/%u/fd/%d", thread, fd);
	if (lstat(path, &stat))
		return 3;
	return (stat.st_mode & S_IRUSR ? 1 : 0) | (stat.st_mode & S_IWUSR ? 2 : 0);
}

/* Adds the descriptors of one process, from /proc. */
static int files_add_process(struct files *files, uint32_t pid)
{
	_cleanup_free_ uint32_t *fds = NULL;
	uint32_t thread = procfs_thread(pid);
	size_t count;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%u/fd", thread);

	int err = procfs_list(path, &fds, &count);

	if (err || !count)
		return err;

	struct open_file *more = realloc(files->items, (files->count + count) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	files->items = more;
	for (size_t i = 0; i < count; i++) {
		struct open_file *file = &files->items[files->count];

		int failed = descriptor_read(pid, thread, (int)fds[i], file);

		/* what one link does not tell, none of them does: the censuses will */
		if (failed == -EACCES || failed == -EPERM)
			break;
		if (!failed) {
			file->mode = link_mode(thread, file->fd);
			files->count++;
		} else if (!procfs_is_absent(failed)) {
			files->partial = true;
		}
	}
	return 0;
}

int hidden_list(const struct exchange *exchange, bool iterated, uint32_t **ret_pids,
		size_t *ret_count)
{
	if (!iterated || exchange->hidden_count > HIDDEN_MAX)
		return procfs_list("/proc", ret_pids, ret_count);
	*ret_pids = malloc((exchange->hidden_count + 1) * sizeof(**ret_pids));
	if (!*ret_pids)
		return -ENOMEM;
	memcpy(*ret_pids, exchange->hidden, exchange->hidden_count * sizeof(**ret_pids));
	*ret_count = exchange->hidden_count;
	return 0;
}

/* Adds every process that the iterator did not bring. */
static int files_add_hidden(struct worker *worker, struct exchange *exchange)
{
	_cleanup_free_ uint32_t *pids = NULL;
	size_t count;
	int err = hidden_list(exchange, worker->files_link_fd >= 0, &pids, &count);

	for (size_t i = 0; i < count && !err; i++) {
		if (files_saw(&worker->files, pids[i]))
			continue;
		if (quarantine_holds(worker->quarantine, pids[i], worker->look)) {
			worker->files.partial = true;
			continue;
		}
		exchange->busy_with = pids[i];
		exchange_progress(exchange);

		int failed = files_add_process(&worker->files, pids[i]);

		if (failed == -ENOMEM)
			err = failed;
		else if (failed && !procfs_is_absent(failed))
			worker->files.partial = true;
	}
	exchange->busy_with = 0;
	return err;
}

/*
 * The iterator leaves out threads that share their leader's table; of a leader
 * that has ended none does, and each thread brings the same descriptors again.
 */
static void files_unique(struct files *files)
{
	size_t kept = 0;

	for (size_t i = 0; i < files->count; i++) {
		const struct open_file *file = &files->items[i];

		if (!kept || compare_files(&files->items[kept - 1], file))
			files->items[kept++] = *file;
	}
	files->count = kept;
}

int files_read(struct worker *worker, struct exchange *exchange)
{
	struct files *files = &worker->files;
	bool iterated = worker->files_link_fd >= 0;
	uint64_t births = 0;

	if (files->read)
		return files->error;
	files->read = true;
	exchange->busy_with = 0;
	if (iterated)
		files->error = iterator_read(worker->files_link_fd, sizeof(*files->items), exchange,
					     (void **)&files->items, &files->count);
	else
		files->error = procfs_births(&births);
	if (!files->error)
		files->error = files_collect_pids(files);
	if (!files->error)
		files->error = files_add_hidden(worker, exchange);
	if (!files->error && !iterated)
		files->error = procfs_births_check(births);
	if (!files->error && files->count) {
		qsort(files->items, files->count, sizeof(*files->items), compare_files);
		files_unique(files);
	}
	return files->error;
}

size_t files_find(const struct files *files, uint32_t dev, uint64_t inode,
		  const struct open_file **ret_first)
{
	const struct open_file key = { .dev = dev, .inode = inode };
	size_t low = 0, high = files->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_inodes(&files->items[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_first = files->items + low;
	while (high < files->count && !compare_inodes(&files->items[high], &key))
		high++;
	return high - low;
}

void holders_answer(struct worker *worker, struct exchange *exchange)
{
	int err = files_read(worker, exchange);

	if (err) {
		exchange->error = err;
		return;
	}

	const struct open_file *first;
	size_t count = files_find(&worker->files, (uint32_t)exchange->question.a,
				  exchange->question.b, &first);
	struct open_file *items = count ? exchange_add(exchange, (uint32_t)count) : NULL;

	exchange->partial |= worker->files.partial;
	for (size_t i = 0; items && i < count; i++) {
		items[i] = first[i];
		/* Beside descriptions that are counted, one that is not. */
		if (worker->files_link_fd >= 0 && !first[i].description)
			exchange->partial = 1;
	}
}
