/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who holds the ends of a pipe.
 *
 * The set is complete if two counts agree with the kernel's. First, the pipe
 * counts the open file descriptions of each end (pipe_inode_info.readers and
 * writers, include/linux/pipe_fs_i.h): each must have been found. Second, a
 * description counts its references: each must be a descriptor that was found,
 * or a call in progress that is known to keep one. fork() adds descriptors and
 * no description; a descriptor in flight over a socket is a reference without a
 * descriptor, and so shows.
 *
 * Linear in the holders of the pipe, once for each pipe and end.
 */
#include "kinds/pipe_ends.h"

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

/* The holders of that end, sorted so that those of one description, and in it of one descriptor
 * table, stand together. */
static size_t holders_sort(const struct answer *answer, enum pipe_end end,
			   const struct open_file **ret)
{
	const struct open_file *files = answer->items;
	size_t count = 0;

	for (uint32_t i = 0; i < answer->count; i++)
		if (files[i].mode & end)
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

static uint32_t build_group(const struct kind_context *context, const struct open_file *file,
			    enum group_type type, const struct answer *answer, enum pipe_end end)
{
	_cleanup_free_ const struct open_file **holders =
		malloc((answer->count + 1) * sizeof(*holders));
	_cleanup_free_ uint32_t *pids = malloc((answer->count + 1) * sizeof(*pids));

	if (!holders || !pids)
		return NO_NODE;

	size_t count = holders_sort(answer, end, holders);

	for (size_t i = 0; i < count; i++)
		pids[i] = holders[i]->pid;

	uint32_t group = group_of_processes(context, type, file->dev, file->inode, pids,
					    pids_unique(pids, count));

	if (group == NO_NODE)
		return NO_NODE;

	int64_t found = check_descriptions(context, group, holders, count);
	int64_t kernel = -1;

	/* From /proc there is no count, and no description has references. */
	if (count && holders[0]->refs)
		kernel = end == PIPE_READ_END ? holders[0]->readers : holders[0]->writers;
	graph_set_census(context->graph, group, kernel, found);
	return group;
}

static bool event_is_there(const struct open_file *pipe, enum pipe_event event)
{
	switch (event) {
	case PIPE_DATA:
		return pipe->used;
	case PIPE_ROOM:
		return pipe->used < pipe->size;
	default:
		return false;
	}
}

/* A leader that has ended shows no descriptors, but its threads do. */
static uint32_t living_thread(const struct look *look, uint32_t pid)
{
	const struct process *process = look_process(look, pid);

	for (uint32_t i = 0; process && i < process->count; i++)
		if (!(look->tasks[process->first + i].flags & TASK_DEAD))
			return look->tasks[process->first + i].tid;
	return pid;
}

static void saw_holders(const struct look *look, const struct answer *answer, enum pipe_end end,
			struct wait_builder *b)
{
	const struct open_file *files = answer->items;
	char path[64];
	int said = 0;

	for (uint32_t i = 0; i < answer->count && said < EVIDENCE_HOLDERS; i++) {
		if (!(files[i].mode & end))
			continue;
		snprintf(path, sizeof(path), "/proc/%u/fd/%d", living_thread(look, files[i].pid),
			 files[i].fd);
		wait_saw_proc(b, path,
			      end == PIPE_WRITE_END ? "it holds the write end"
						    : "it holds the read end",
			      "pipe:[%" PRIu64 "]", (uint64_t)files[i].inode);
		said++;
	}
}

bool pipe_end_edge(const struct kind_context *context, const struct look_task *task,
		   const struct open_file *file, enum pipe_end end, enum pipe_event event,
		   struct wait_builder *b)
{
	enum group_type type = end == PIPE_WRITE_END ? GROUP_WRITERS : GROUP_READERS;
	enum relation relation = end == PIPE_WRITE_END ? RELATION_WRITER : RELATION_READER;
	struct answer answer;
	char what[64];
	int error = probe_holders(context->probe, file->dev, file->inode, &answer);

	if (error) {
		wait_open_error(b, error);
		return false;
	}

	uint32_t node = graph_find_group(context->graph, type, file->dev, file->inode);

	if (node == NO_NODE)
		node = build_group(context, file, type, &answer, end);
	if (node == NO_NODE) {
		wait_open(b, OPEN_UNREADABLE);
		return false;
	}

	const struct group *group = graph_group(context->graph, node);
	bool others = group_has_others(context->graph, node, task->pid);
	int64_t kernel = group->census_kernel, found = group->census_found;

	/* With nobody at the other end the call would have returned. */
	if (!group->member_count || event_is_there(answer.items, event))
		wait_open(b, OPEN_BUSY);
	wait_edge_or_open(b, node, relation,
			  others ? EDGE_CAN_END | EDGE_HOLDER | EDGE_NOT_SELF : EDGE_CAN_END);
	snprintf(what, sizeof(what), "%s of pipe %" PRIu64,
		 end == PIPE_WRITE_END ? "writers" : "readers", (uint64_t)file->inode);
	wait_saw_count(b, what, kernel, found, "open file descriptions of that end");
	saw_holders(context->look, &answer, end, b);
	return others;
}
