/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every set is an array of booleans, every closure is repeated until nothing
 * changes. A group is nothing but an abbreviation for its members: an edge to it
 * stands for an edge to each of them.
 */
#include "slow_model.h"

#include <string.h>

typedef bool node_set[PICTURE_NODES];

struct slow {
	const struct picture *picture;
	struct slow_model *model;
	enum node_state { ABLE, STUCK, IDLE, DEAD } state[PICTURE_NODES];
	/* blames[a][b]: node a is stuck and leads to b; a group leads to its members */
	bool blames[PICTURE_NODES][PICTURE_NODES];
	bool strongly[PICTURE_NODES][PICTURE_NODES]; /* a task's blame by a strong relation */
	bool reaches[PICTURE_NODES][PICTURE_NODES];  /* closure of blame among the stuck */
};

static bool is_task(const struct picture *picture, uint32_t node)
{
	return node < picture->task_count;
}

/* True if the node belongs to that process and to no other. */
static bool belongs_to(const struct picture *picture, uint32_t node, uint32_t pid)
{
	const struct picture_node *n = &picture->nodes[node];

	if (is_task(picture, node))
		return n->pid == pid;
	return n->type == GROUP_PROCESS && n->process == pid;
}

static uint32_t living_members(const struct picture_node *n, const struct picture *picture)
{
	uint32_t count = 0;

	for (uint32_t m = 0; m < n->member_count; m++)
		count += !picture->nodes[n->members[m]].dead;
	return count;
}

/* True if the node is the task itself, or its process if that has no other living thread. */
static bool is_self(const struct picture *picture, uint32_t node, uint32_t task)
{
	const struct picture_node *n = &picture->nodes[node];

	if (is_task(picture, node) || n->type != GROUP_PROCESS)
		return node == task;
	for (uint32_t m = 0; m < n->member_count; m++)
		if (n->members[m] == task)
			return living_members(n, picture) == 1;
	return false;
}

/* Somebody else than the waiter is responsible. */
static bool is_held(const struct picture *picture, uint32_t task)
{
	const struct picture_node *n = &picture->nodes[task];

	for (uint32_t e = 0; e < n->edge_count; e++)
		if (n->edges[e].flags & EDGE_HOLDER && !is_self(picture, n->edges[e].target, task))
			return true;
	return false;
}

/* What was said of the group, and of those that are its members. */
static uint32_t group_reasons(const struct picture *picture, uint32_t group)
{
	const struct picture_node *n = &picture->nodes[group];
	uint32_t open = n->open;

	for (uint32_t m = 0; m < n->member_count; m++)
		if (!is_task(picture, n->members[m]))
			open |= group_reasons(picture, n->members[m]);
	return open;
}

/* Why the wait is open: what was said of it, and of the groups that it leads to. */
static uint32_t all_reasons(const struct picture *picture, uint32_t task)
{
	const struct picture_node *n = &picture->nodes[task];
	uint32_t open = n->open;

	for (uint32_t e = 0; e < n->edge_count; e++)
		if (!is_task(picture, n->edges[e].target))
			open |= group_reasons(picture, n->edges[e].target);
	return open;
}

static bool is_open(const struct picture *picture, uint32_t task, enum progress_mode mode)
{
	uint32_t open = all_reasons(picture, task);

	if (mode == PROGRESS_CUSTOM) {
		open &= ~(OPEN_BIT(OPEN_NAME) | OPEN_BIT(OPEN_UNCOUNTED));
		if (is_held(picture, task))
			open &= ~(OPEN_BIT(OPEN_SIGNAL) | OPEN_BIT(OPEN_ALIVE));
	}
	return open;
}

/*
 * The edges that matter in a mode. By custom only the holder of a held thing
 * matters; a wait that needs all of its wakers needs the holders besides.
 */
static bool matters(const struct picture *picture, uint32_t task, const struct picture_edge *edge,
		    enum progress_mode mode)
{
	if (mode == PROGRESS_CERTAIN || !is_held(picture, task))
		return edge->flags & EDGE_CAN_END;
	if (picture->nodes[task].need_all)
		return edge->flags & (EDGE_CAN_END | EDGE_HOLDER);
	return edge->flags & EDGE_HOLDER;
}

/* True if what the edge leads to can act for the task. */
static bool edge_acts(const struct slow *slow, uint32_t task, const struct picture_edge *edge,
		      enum progress_mode mode)
{
	const struct picture *picture = slow->picture;
	const struct picture_node *target = &picture->nodes[edge->target];
	const bool *able = slow->model->able[mode];

	if (mode == PROGRESS_CERTAIN || !(edge->flags & EDGE_NOT_SELF) ||
	    is_task(picture, edge->target))
		return able[edge->target];
	for (uint32_t m = 0; m < target->member_count; m++)
		if (able[target->members[m]] &&
		    !belongs_to(picture, target->members[m], picture->nodes[task].pid))
			return true;
	return false;
}

static bool wait_may_end(const struct slow *slow, uint32_t task, enum progress_mode mode)
{
	const struct picture_node *n = &slow->picture->nodes[task];
	uint32_t edges = 0, acting = 0;

	for (uint32_t e = 0; e < n->edge_count; e++) {
		if (!matters(slow->picture, task, &n->edges[e], mode))
			continue;
		edges++;
		acting += edge_acts(slow, task, &n->edges[e], mode);
	}
	return n->need_all ? edges && acting == edges : acting;
}

static bool node_may_go_on(const struct slow *slow, uint32_t node, enum progress_mode mode)
{
	const struct picture *picture = slow->picture;
	const struct picture_node *n = &picture->nodes[node];

	if (!is_task(picture, node)) {
		for (uint32_t m = 0; m < n->member_count; m++)
			if (slow->model->able[mode][n->members[m]])
				return true;
		return false;
	}
	if (n->dead)
		return false;
	return !n->blocked || n->waived || is_open(picture, node, mode) ||
	       wait_may_end(slow, node, mode);
}

static void find_able(struct slow *slow, enum progress_mode mode)
{
	bool *able = slow->model->able[mode];

	for (bool changed = true; changed;) {
		changed = false;
		for (uint32_t node = 0; node < slow->picture->node_count; node++) {
			if (able[node] || !node_may_go_on(slow, node, mode))
				continue;
			able[node] = changed = true;
		}
	}
}

/* A group is in the best state that one of its members is in. */
static void find_states(struct slow *slow)
{
	for (uint32_t node = 0; node < slow->picture->node_count; node++) {
		const struct picture_node *n = &slow->picture->nodes[node];

		slow->state[node] = DEAD;
		if (!is_task(slow->picture, node)) {
			for (uint32_t m = 0; m < n->member_count; m++)
				if (slow->state[n->members[m]] < slow->state[node])
					slow->state[node] = slow->state[n->members[m]];
		} else if (!n->dead) {
			slow->state[node] = slow->model->able[PROGRESS_CUSTOM][node] ? ABLE
					    : n->idle				     ? IDLE
										     : STUCK;
		}
	}
}

/* Holders before other strong relations before weak ones. */
static int blame_rank(const struct picture_edge *edge)
{
	if (edge->flags & EDGE_HOLDER)
		return 2;
	return relation_is_strong(edge->relation);
}

/* Of a wait that needs all, those who can act are not to blame. */
static bool may_be_blamed(const struct slow *slow, uint32_t task, const struct picture_edge *edge)
{
	return !slow->picture->nodes[task].need_all ||
	       !edge_acts(slow, task, edge, PROGRESS_CUSTOM);
}

static void blame_edge(struct slow *slow, uint32_t task, const struct picture_edge *edge)
{
	const struct picture *picture = slow->picture;
	const struct picture_node *target = &picture->nodes[edge->target];
	bool strong = relation_is_strong(edge->relation);

	if (!(edge->flags & EDGE_NOT_SELF) || is_task(picture, edge->target)) {
		slow->blames[task][edge->target] = true;
		slow->strongly[task][edge->target] |= strong;
		return;
	}
	for (uint32_t m = 0; m < target->member_count; m++) {
		if (belongs_to(picture, target->members[m], picture->nodes[task].pid))
			continue;
		slow->blames[task][target->members[m]] = true;
		slow->strongly[task][target->members[m]] |= strong;
	}
}

static void find_blame(struct slow *slow)
{
	const struct picture *picture = slow->picture;

	for (uint32_t node = 0; node < picture->node_count; node++) {
		const struct picture_node *n = &picture->nodes[node];
		int rank = 0;

		if (slow->state[node] != STUCK)
			continue;
		for (uint32_t m = 0; m < n->member_count; m++)
			slow->blames[node][n->members[m]] = true;
		for (uint32_t e = 0; e < n->edge_count; e++)
			if (may_be_blamed(slow, node, &n->edges[e]) &&
			    blame_rank(&n->edges[e]) > rank)
				rank = blame_rank(&n->edges[e]);
		for (uint32_t e = 0; e < n->edge_count; e++)
			if (may_be_blamed(slow, node, &n->edges[e]) &&
			    blame_rank(&n->edges[e]) == rank)
				blame_edge(slow, node, &n->edges[e]);
	}
}

/* Only the stuck lead on. */
static void find_reach(struct slow *slow)
{
	uint32_t n = slow->picture->node_count;

	for (uint32_t a = 0; a < n; a++)
		for (uint32_t b = 0; b < n; b++)
			slow->reaches[a][b] = slow->blames[a][b] && slow->state[b] == STUCK;
	for (uint32_t via = 0; via < n; via++)
		for (uint32_t a = 0; a < n; a++)
			for (uint32_t b = 0; b < n; b++)
				slow->reaches[a][b] |=
					slow->reaches[a][via] && slow->reaches[via][b];
}

/*
 * The tasks that one strong edge stands for. `single` gets those that are reached
 * through no process of several threads: the task's own then is "itself".
 */
static void spread_strong(const struct slow *slow, uint32_t node, bool alone, node_set tasks,
			  node_set single)
{
	const struct picture_node *n = &slow->picture->nodes[node];

	if (slow->state[node] != STUCK)
		return;
	if (is_task(slow->picture, node)) {
		tasks[node] = true;
		single[node] |= alone;
		return;
	}
	alone &= n->type != GROUP_PROCESS || living_members(n, slow->picture) == 1;
	for (uint32_t m = 0; m < n->member_count; m++)
		spread_strong(slow, n->members[m], alone, tasks, single);
}

/* strong[a][a] means that a waits for itself. */
static void find_strong(struct slow *slow)
{
	for (uint32_t task = 0; task < slow->picture->task_count; task++) {
		node_set single = { 0 };
		bool *strong = slow->model->strong[task];

		for (uint32_t node = 0; node < slow->picture->node_count; node++)
			if (slow->strongly[task][node])
				spread_strong(slow, node, true, strong, single);
		strong[task] &= single[task];
	}
}

/* Tasks that block each other: the same cause. */
static bool same_cause(const struct slow *slow, uint32_t a, uint32_t b)
{
	return a == b || (slow->reaches[a][b] && slow->reaches[b][a]);
}

/* True if all whom the task strongly blames wait for ever on purpose, and there is one. */
static bool waits_for_idle(const struct slow *slow, uint32_t task)
{
	bool idle = false;

	for (uint32_t b = 0; b < slow->picture->node_count; b++) {
		if (!slow->strongly[task][b])
			continue;
		if (slow->state[b] == STUCK)
			return false;
		idle |= slow->state[b] == IDLE;
	}
	return idle;
}

/* True if nobody outside is to blame, and nobody who waits for ever on purpose. */
static bool is_cause(const struct slow *slow, uint32_t task)
{
	uint32_t n = slow->picture->node_count;

	for (uint32_t a = 0; a < n; a++) {
		if (!same_cause(slow, task, a))
			continue;
		if (waits_for_idle(slow, a))
			return false;
		for (uint32_t b = 0; b < n; b++)
			if (slow->blames[a][b] && slow->state[b] == STUCK &&
			    !same_cause(slow, task, b))
				return false;
	}
	return true;
}

static uint32_t find_dead(const struct slow *slow, uint32_t task)
{
	for (uint32_t b = 0; b < slow->picture->node_count; b++)
		for (uint32_t a = 0; a < slow->picture->task_count; a++)
			if (same_cause(slow, task, a) && slow->strongly[a][b] &&
			    slow->state[b] == DEAD)
				return b;
	return NO_NODE;
}

/* Length of a shortest strong ring of two or more through the task, 0 if there is none. */
static uint32_t ring_through(const struct slow *slow, const node_set causes, uint32_t start)
{
	uint32_t n = slow->picture->task_count;
	node_set here = { 0 };

	for (uint32_t b = 0; b < n; b++)
		here[b] = b != start && causes[b] && slow->model->strong[start][b];
	for (uint32_t length = 2; length <= n; length++) {
		node_set next = { 0 };

		for (uint32_t a = 0; a < n; a++) {
			if (!here[a])
				continue;
			if (slow->model->strong[a][start])
				return length;
			for (uint32_t b = 0; b < n; b++)
				next[b] |= b != start && causes[b] && slow->model->strong[a][b];
		}
		memcpy(here, next, sizeof(here));
	}
	return 0;
}

static bool is_older(const struct picture *picture, uint32_t a, uint32_t b)
{
	if (picture->nodes[a].start_ns != picture->nodes[b].start_ns)
		return picture->nodes[a].start_ns < picture->nodes[b].start_ns;
	return a < b; /* tasks of one process: by tid */
}

/* A ring, else somebody who waits for himself, else nobody to blame. */
static void find_shape(const struct slow *slow, struct slow_item *item)
{
	uint32_t lengths[PICTURE_NODES] = { 0 };
	bool self = false;

	for (uint32_t t = 0; t < slow->picture->task_count; t++) {
		if (!item->causes[t])
			continue;
		self |= slow->model->strong[t][t];
		lengths[t] = ring_through(slow, item->causes, t);
		if (lengths[t] && (!item->ring_count || lengths[t] < item->ring_count))
			item->ring_count = lengths[t];
	}
	item->verdict = item->ring_count ? VERDICT_CYCLE : self ? VERDICT_SELF : VERDICT_NO_WAKER;
	item->ring_first = NO_NODE;
	for (uint32_t t = 0; t < slow->picture->task_count; t++) {
		bool on_ring = item->ring_count ? lengths[t] == item->ring_count
						: slow->model->strong[t][t];

		if (item->causes[t] && on_ring &&
		    (item->ring_first == NO_NODE || is_older(slow->picture, t, item->ring_first)))
			item->ring_first = t;
	}
	if (item->verdict == VERDICT_SELF)
		item->ring_count = 1;
}

static struct slow_item *item_of(struct slow_model *model, uint32_t dead)
{
	for (uint32_t i = 0; i < model->item_count; i++)
		if (dead != NO_NODE && model->items[i].dead == dead)
			return &model->items[i];

	struct slow_item *item = &model->items[model->item_count++];

	item->dead = dead;
	item->certainty = CERTAINTY_PROVEN;
	return item;
}

static void add_cause(struct slow *slow, uint32_t task)
{
	uint32_t dead = find_dead(slow, task);
	struct slow_item *item = item_of(slow->model, dead);

	for (uint32_t t = 0; t < slow->picture->task_count; t++) {
		if (slow->state[t] != STUCK || !same_cause(slow, task, t))
			continue;
		item->causes[t] = true;
		if (slow->model->able[PROGRESS_CERTAIN][t])
			item->certainty = CERTAINTY_LIKELY;
	}
	if (dead == NO_NODE)
		find_shape(slow, item);
	else
		item->verdict = VERDICT_DEAD_OWNER;
}

static void find_items(struct slow *slow)
{
	uint32_t n = slow->picture->task_count;

	for (uint32_t task = 0; task < n; task++) {
		bool known = false;

		for (uint32_t i = 0; i < slow->model->item_count; i++)
			known |= slow->model->items[i].causes[task];
		if (slow->state[task] == STUCK && !known && is_cause(slow, task))
			add_cause(slow, task);
	}
	for (uint32_t i = 0; i < slow->model->item_count; i++) {
		struct slow_item *item = &slow->model->items[i];

		for (uint32_t a = 0; a < n; a++)
			for (uint32_t b = 0; b < n; b++)
				item->victims[a] |=
					slow->reaches[a][b] && item->causes[b] && !item->causes[a];
	}
}

void slow_judge(const struct picture *picture, struct slow_model *ret)
{
	struct slow slow = { .picture = picture, .model = ret };

	*ret = (struct slow_model){ 0 };
	find_able(&slow, PROGRESS_CERTAIN);
	find_able(&slow, PROGRESS_CUSTOM);
	find_states(&slow);
	find_blame(&slow);
	find_reach(&slow);
	find_strong(&slow);
	find_items(&slow);
}
