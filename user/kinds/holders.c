/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everybody who holds a file open, through one description of it or several.
 *
 * A description counts its references: each must be a descriptor that was found,
 * or a call in progress that is known to keep one. fork() adds descriptors and
 * no description; a descriptor in flight over a socket, one of a process that
 * cannot be read, and one that the kernel itself keeps, are references without a
 * descriptor, and so show.
 *
 * Linear in the holders of the file but for sorting them, once for each group.
 */
#include "kinds/holders.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/cleanup.h"
#include "kinds/file_use.h"
#include "kinds/reasons.h"

#define EVIDENCE_HOLDERS 16 /* enough to be checked, whatever their number */

static int holder_compare(const void *a, const void *b)
{
	const struct open_file *x = *(const struct open_file *const *)a;
	const struct open_file *y = *(const struct open_file *const *)b;

	if (x->description != y->description)
		return x->description < y->description ? -1 : 1;
	if (x->table != y->table)
		return x->table < y->table ? -1 : 1;
	return x->fd < y->fd ? -1 : x->fd > y->fd;
}

static bool is_meant(const struct holder_filter *filter, const struct open_file *file)
{
	return file->mode & filter->mode &&
	       (!filter->description || file->description == filter->description);
}

/* Sorted so that those of one description, and in it of one descriptor table, stand together. */
static size_t holders_sort(const struct answer *answer, const struct holder_filter *filter,
			   const struct open_file **ret)
{
	const struct open_file *files = answer->items;
	size_t count = 0;

	for (uint32_t i = 0; i < answer->count; i++)
		if (is_meant(filter, &files[i]))
			ret[count++] = &files[i];
	if (count)
		qsort(ret, count, sizeof(*ret), holder_compare);
	return count;
}

/* Opens the group unless every reference to the description is explained. */
static void check_references(const struct kind_context *context, uint32_t group,
			     const struct open_file *const *holders, size_t count)
{
	uint32_t refs = holders[0]->refs, found = 0;

	if (!refs) {
		graph_open_group(context->graph, group, OPEN_UNCOUNTED);
		return;
	}
	for (size_t i = 0; i < count; i++)
		found += !i || holder_compare(&holders[i - 1], &holders[i]);
	if (found == refs)
		return;

	struct file_uses uses = { 0 };

	for (size_t i = 0; i < count; i++)
		file_uses_add(context, holders[i], &uses);
	found += uses.certain;
	if (found == refs)
		return;
	/* explained if calls that may hold one do: by custom nobody else does */
	graph_open_group(context->graph, group,
			 found < refs && refs - found <= uses.possible ? OPEN_UNCOUNTED
								       : OPEN_CENSUS);
}

/* Returns how many descriptions there are. */
static int64_t check_descriptions(const struct kind_context *context, uint32_t group,
				  const struct open_file *const *holders, size_t count)
{
	int64_t found = 0;

	for (size_t first = 0, next; first < count; first = next) {
		for (next = first + 1; next < count; next++)
			if (holders[next]->description != holders[first]->description)
				break;
		check_references(context, group, holders + first, next - first);
		found++;
	}
	return found;
}

uint32_t holders_group(const struct kind_context *context, enum group_type type, uint64_t a,
		       uint64_t b, const struct answer *answer, const struct holder_filter *filter,
		       int64_t *ret_found, const struct open_file **ret_first)
{
	_cleanup_free_ const struct open_file **holders =
		malloc((answer->count + 1) * sizeof(*holders));
	_cleanup_free_ uint32_t *pids = malloc((answer->count + 1) * sizeof(*pids));

	if (!holders || !pids)
		return NO_NODE;

	size_t count = holders_sort(answer, filter, holders);

	for (size_t i = 0; i < count; i++)
		pids[i] = holders[i]->pid;

	uint32_t group = group_of_processes(context, type, a, b, pids, pids_unique(pids, count));

	if (group == NO_NODE)
		return NO_NODE;
	*ret_found = check_descriptions(context, group, holders, count);
	*ret_first = count ? holders[0] : NULL;
	return group;
}

const struct open_file *holders_own(const struct answer *answer, const struct look_task *task,
				    int fd)
{
	const struct open_file *files = answer->items;

	for (uint32_t i = 0; i < answer->count; i++)
		if (files[i].pid == task->pid && files[i].fd == fd &&
		    (!task->files || files[i].table == task->files))
			return &files[i];
	return NULL;
}

/* A leader that has ended shows no descriptors, and a thread may have others than its leader. */
static uint32_t thread_with_table(const struct look *look, const struct open_file *file)
{
	const struct process *process = look_process(look, file->pid);
	uint32_t living = 0;

	for (uint32_t i = 0; process && i < process->count; i++) {
		const struct look_task *thread = &look->tasks[process->first + i];

		if (thread->flags & TASK_DEAD)
			continue;
		if (thread->files == file->table)
			return thread->tid;
		if (!living)
			living = thread->tid;
	}
	return living ? living : file->pid;
}

void holders_saw(const struct kind_context *context, const struct answer *answer,
		 const struct holder_filter *filter, const char *link, const char *meaning,
		 struct wait_builder *b)
{
	const struct open_file *files = answer->items;
	char path[64];
	int said = 0;

	for (uint32_t i = 0; i < answer->count && said < EVIDENCE_HOLDERS; i++) {
		if (!is_meant(filter, &files[i]))
			continue;
		snprintf(path, sizeof(path), "/proc/%u/fd/%d",
			 thread_with_table(context->look, &files[i]), files[i].fd);
		if (files[i].kind == FILE_PIPE || files[i].kind == FILE_SOCKET)
			wait_saw_proc(b, path, meaning, "%s:[%" PRIu64 "]", link,
				      (uint64_t)files[i].inode);
		else
			wait_saw_proc(b, path, meaning, "%s", link);
		said++;
	}
}
