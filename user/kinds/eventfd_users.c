/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whoever holds a descriptor of an eventfd can write to it and read from it. All
 * anonymous files share one inode, so its holders are those of its description,
 * which counts its references (holders.c). The counter itself counts another kind
 * of reference: the description's, and one for each user within the kernel (KVM,
 * VFIO, AIO, control groups), who would be ways on that nobody can see.
 *
 * The holders are one set with both roles, so nobody in particular is responsible
 * but for others than the waiter's process.
 */
#include "kinds/eventfd_users.h"

#include <inttypes.h>
#include <stdio.h>

#include "kinds/holders.h"
#include "kinds/reasons.h"

#define COUNTER_FULL 2 /* open_file.used */

static void open_for_counter(const struct open_file *own, bool in, bool out, bool edge,
			     struct wait_builder *b)
{
	if (!own->size || !own->users) {
		wait_open(b, OPEN_UNREADABLE);
		return;
	}
	if (own->users != 1)
		wait_open(b, OPEN_IN_KERNEL);
	if (!edge && ((in && own->used) || (out && own->used < COUNTER_FULL)))
		wait_open(b, OPEN_BUSY);
}

static uint32_t build_group(const struct kind_context *context, uint64_t id,
			    const struct answer *answer, const struct holder_filter *filter)
{
	const struct open_file *first;
	int64_t found;
	uint32_t group =
		holders_group(context, GROUP_HOLDERS, 0, id, answer, filter, &found, &first);

	if (group != NO_NODE)
		graph_set_census(context->graph, group, 1, found);
	return group;
}

bool eventfd_edge(const struct kind_context *context, const struct look_task *task,
		  const struct open_file *file, bool in, bool out, bool edge,
		  struct wait_builder *b)
{
	struct answer answer;
	char what[64];
	int error = probe_holders(context->probe, file->dev, file->inode, &answer);

	if (error) {
		wait_open_error(b, error);
		return true;
	}

	const struct open_file *own = holders_own(&answer, task, file->fd);

	/* Without the description's id they cannot be told from other anonymous files. */
	if (!own || !own->description) {
		wait_open(b, OPEN_CENSUS);
		return true;
	}
	open_for_counter(own, in, out, edge, b);

	const struct holder_filter filter = { .mode = 3, .description = own->description };
	uint32_t node = graph_find_group(context->graph, GROUP_HOLDERS, 0, file->target);

	if (node == NO_NODE)
		node = build_group(context, file->target, &answer, &filter);
	if (node == NO_NODE) {
		wait_open(b, OPEN_UNREADABLE);
		return true;
	}

	const struct group *group = graph_group(context->graph, node);
	bool others = group_has_others(context->graph, node, task->pid);
	int64_t kernel = group->census_kernel, found = group->census_found;

	wait_edge_or_open(b, node, in || !out ? RELATION_WRITER : RELATION_READER,
			  others ? EDGE_CAN_END | EDGE_HOLDER | EDGE_NOT_SELF : EDGE_CAN_END);
	snprintf(what, sizeof(what), "holders of eventfd %u", file->target);
	wait_saw_count(b, what, kernel, found, "open file descriptions of the eventfd");
	holders_saw(context, &answer, &filter, "anon_inode:[eventfd]", "it holds the eventfd", b);
	return others;
}
