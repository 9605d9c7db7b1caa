/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who holds the ends of a pipe.
 *
 * The set is complete if two counts agree with the kernel's: the pipe counts the
 * open file descriptions of each end (pipe_inode_info.readers and writers,
 * include/linux/pipe_fs_i.h), each of which must have been found; and each
 * description its references (holders.c).
 */
#include "kinds/pipe_ends.h"

#include <inttypes.h>
#include <stdio.h>

#include "kinds/holders.h"
#include "kinds/reasons.h"

static uint32_t build_group(const struct kind_context *context, const struct open_file *file,
			    enum group_type type, const struct answer *answer, enum pipe_end end)
{
	const struct holder_filter filter = { .mode = end };
	const struct open_file *first;
	int64_t found, kernel = -1;
	uint32_t group = holders_group(context, type, file->dev, file->inode, answer, &filter,
				       &found, &first);

	if (group == NO_NODE)
		return NO_NODE;
	/* From /proc there is no count, and no description has references. */
	if (first && first->refs)
		kernel = end == PIPE_READ_END ? first->readers : first->writers;
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

bool pipe_end_edge(const struct kind_context *context, const struct look_task *task,
		   const struct open_file *file, enum pipe_end end, enum pipe_event event,
		   struct wait_builder *b)
{
	enum group_type type = end == PIPE_WRITE_END ? GROUP_WRITERS : GROUP_READERS;
	enum relation relation = end == PIPE_WRITE_END ? RELATION_WRITER : RELATION_READER;
	struct answer answer;
	const struct holder_filter filter = { .mode = end };
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
	holders_saw(context, &answer, &filter, "pipe",
		    end == PIPE_WRITE_END ? "it holds the write end" : "it holds the read end", b);
	return others;
}
