/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Explanation: who is to blame for what is stuck.
 *
 * Every stuck wait blames those who hold what it waits for, or, where nobody is
 * known to hold it, all who could end it (blame.c). The tasks that block each
 * other are then the strongly connected components of that graph, and those
 * components that blame nobody outside of themselves are the causes: had they
 * not been, nobody would be stuck. Everybody else who is stuck leads to a cause
 * and is its victim: each stuck node blames at least one stuck or dead one, and
 * the graph of components has no ring, so every way through it ends at a
 * component without a way out.
 *
 * The verdict says what a cause looks like from inside: somebody in it waits for
 * the dead (dead-owner); strong relations close a ring of two or more (cycle);
 * somebody waits for himself (self); none of these (no-waker).
 *
 * Tasks that wait for ever on purpose (idle) are neither: nobody reports that a
 * parent waits for a child that only sleeps until it is killed.
 */
#include "core/explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/ring.h"

#define STAMP_RING                                                                     \
	UINT32_MAX /* on the headline ring of its item; items' own stamps count from 1 \
		    */

/* What is known of each component. */
struct component {
	uint32_t first, count; /* its tasks in work.tasks */
	uint32_t dead;	       /* a dead node that it blames, or NO_NODE */
	bool leads;	       /* it blames another component */
	bool idle;	       /* it waits for somebody who is idle */
};

struct work {
	const struct graph *graph;
	struct blame blame;
	struct components components;
	struct ring_finder finder;
	struct component *table; /* of each component */
	uint32_t *tasks;	 /* stuck tasks, by component, in order of {start, tid} */
	uint32_t task_count;
	/* blame reversed: who blames node n: blamers[blamer_start[n] .. [n + 1]) */
	uint32_t *blamer_start, *blamers;
	uint32_t *stamp; /* of each node: the item whose victims were last collected through it */
	uint32_t *queue;
	uint32_t *item_of_dead; /* of each node: the item that it is the dead owner of */
};

static void work_deinit(struct work *work)
{
	blame_deinit(&work->blame);
	components_deinit(&work->components);
	ring_finder_deinit(&work->finder);
	free(work->table);
	free(work->tasks);
	free(work->blamer_start);
	free(work->blamers);
	free(work->stamp);
	free(work->queue);
	free(work->item_of_dead);
}

static int work_init(struct work *work, const struct graph *graph, const struct progress *progress)
{
	uint32_t n = graph_node_count(graph) + 1;

	*work = (struct work){ .graph = graph };

	int err = blame_init(&work->blame, graph, progress);

	if (!err)
		err = components_init(&work->components, &work->blame, COMPONENTS_OF_BLAME);
	if (!err)
		err = ring_finder_init(&work->finder, &work->blame);
	if (err) {
		work_deinit(work);
		return err;
	}
	work->table = calloc(work->components.count + 1, sizeof(*work->table));
	work->tasks = malloc(n * sizeof(*work->tasks));
	work->stamp = calloc(n, sizeof(*work->stamp));
	work->queue = malloc(n * sizeof(*work->queue));
	work->item_of_dead = malloc(n * sizeof(*work->item_of_dead));
	if (!work->table || !work->tasks || !work->stamp || !work->queue || !work->item_of_dead) {
		work_deinit(work);
		return -ENOMEM;
	}
	memset(work->item_of_dead, 0xff, n * sizeof(*work->item_of_dead));
	return 0;
}

/* The canonical order of tasks: by age, then tid. Kept in a global-free way through the context. */
static int task_order(const void *a, const void *b, void *context)
{
	const struct look_task *tasks = context;
	const struct look_task *x = &tasks[*(const uint32_t *)a], *y = &tasks[*(const uint32_t *)b];

	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

static void tasks_order(const struct graph *graph, uint32_t *tasks, uint32_t count)
{
	qsort_r(tasks, count, sizeof(*tasks), task_order, graph->look->tasks);
}

/*
 * What the node's blame means for its component. A task waits for the idle only
 * if it strongly blames nobody else: an idle holder of a pipe's end that others
 * hold, too, hides nothing.
 */
static void component_note(struct work *work, uint32_t node)
{
	const uint32_t *of = work->components.of;
	struct component *component = &work->table[of[node]];
	struct blame_cursor cursor = { 0 };
	bool idle = false, busy = false;
	const struct edge *edge;
	uint32_t next;

	while ((next = blame_next(&work->blame, node, &cursor, &edge)) != NO_NODE) {
		bool strong = edge && relation_is_strong(edge->relation);

		switch (work->blame.class[next]) {
		case NODE_DEAD:
			if (strong && (component->dead == NO_NODE || next < component->dead))
				component->dead = next;
			break;
		case NODE_IDLE:
			idle |= strong;
			break;
		default:
			busy |= strong && work->blame.class[next] == NODE_STUCK;
			component->leads |= of[next] != NO_COMPONENT && of[next] != of[node];
		}
	}
	component->idle |= idle && !busy;
}

/* Fills the table of components and sorts the stuck tasks by component. */
static void components_survey(struct work *work)
{
	const struct graph *graph = work->graph;
	const uint32_t *of = work->components.of;
	uint32_t placed = 0;

	for (uint32_t c = 0; c < work->components.count; c++)
		work->table[c].dead = NO_NODE;
	for (uint32_t node = 0; node < graph_node_count(graph); node++) {
		if (of[node] == NO_COMPONENT)
			continue;
		work->table[of[node]].count += node_is_task(graph, node);
		component_note(work, node);
	}
	for (uint32_t c = 0; c < work->components.count; c++) {
		work->table[c].first = placed;
		placed += work->table[c].count;
		work->table[c].count = 0;
	}
	for (uint32_t task = 0; task < graph->look->task_count; task++) {
		if (of[task] == NO_COMPONENT)
			continue;

		struct component *component = &work->table[of[task]];

		work->tasks[component->first + component->count++] = task;
	}
	for (uint32_t c = 0; c < work->components.count; c++)
		tasks_order(graph, &work->tasks[work->table[c].first], work->table[c].count);
}

static enum certainty tasks_certainty(const struct work *work, const uint32_t *tasks,
				      uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (progress_able(work->blame.progress, tasks[i], PROGRESS_CERTAIN) ||
		    blame_rests_on_guard(&work->blame, tasks[i]))
			return CERTAINTY_LIKELY;
	return CERTAINTY_PROVEN;
}

static int tasks_append(struct explained *item, const uint32_t *tasks, uint32_t count)
{
	uint32_t total = item->task_count + count;
	uint32_t *larger = reallocarray(item->tasks, total, sizeof(*larger));

	if (!larger)
		return -ENOMEM;
	memcpy(larger + item->task_count, tasks, count * sizeof(*larger));
	item->tasks = larger;
	item->task_count = total;
	return 0;
}

/* Puts the ring first and leaves the rest in order. */
static void ring_lead(struct work *work, struct explained *item, const uint32_t *ring,
		      uint32_t count)
{
	uint32_t end = item->task_count;

	for (uint32_t r = 0; r < count; r++)
		work->stamp[ring[r]] = STAMP_RING;
	for (uint32_t i = item->task_count; i--;)
		if (work->stamp[item->tasks[i]] != STAMP_RING)
			item->tasks[--end] = item->tasks[i];
	memcpy(item->tasks, ring, count * sizeof(*item->tasks));
	item->ring_count = count;
}

/* A component without dead owner: a ring, somebody who waits for himself, or nobody to blame. */
static int item_judge_shape(struct work *work, struct explained *item)
{
	struct ring ring;
	int err = ring_find(&work->finder, item->tasks, item->task_count, &ring);

	if (err)
		return err;
	item->verdict = ring.count	       ? VERDICT_CYCLE
			: ring.self != NO_NODE ? VERDICT_SELF
					       : VERDICT_NO_WAKER;
	if (item->verdict == VERDICT_CYCLE)
		ring_lead(work, item, ring.tasks, ring.count);
	else if (item->verdict == VERDICT_SELF)
		ring_lead(work, item, &ring.self, 1);
	free(ring.tasks);
	return 0;
}

static struct explained *item_add(struct explanation *explanation, uint32_t *capacity)
{
	if (explanation->count == *capacity) {
		uint32_t larger = *capacity ? 2 * *capacity : 8;
		struct explained *items = reallocarray(explanation->items, larger, sizeof(*items));

		if (!items)
			return NULL;
		explanation->items = items;
		*capacity = larger;
	}

	struct explained *item = &explanation->items[explanation->count++];

	*item = (struct explained){ .dead = NO_NODE };
	return item;
}

/* One item for each cause; those who wait for the same dead owner are one. */
static int causes_collect(struct work *work, struct explanation *explanation)
{
	uint32_t capacity = 0;

	for (uint32_t c = 0; c < work->components.count; c++) {
		const struct component *component = &work->table[c];
		const uint32_t *tasks = &work->tasks[component->first];

		if (component->leads || component->idle || !component->count)
			continue;

		uint32_t *known =
			component->dead == NO_NODE ? NULL : &work->item_of_dead[component->dead];
		bool merge = known && *known != UINT32_MAX;
		struct explained *item =
			merge ? &explanation->items[*known] : item_add(explanation, &capacity);

		if (!item || tasks_append(item, tasks, component->count))
			return -ENOMEM;
		item->dead = component->dead;
		item->verdict = VERDICT_DEAD_OWNER;
		if (known)
			*known = item - explanation->items;
		else if (item_judge_shape(work, item))
			return -ENOMEM;
	}
	return 0;
}

/* Counts, or once `place` is set places, every pair of a node and who blames it. */
static void blamers_pass(struct work *work, bool place)
{
	for (uint32_t node = 0; node < graph_node_count(work->graph); node++) {
		struct blame_cursor cursor = { 0 };
		const struct edge *edge;
		uint32_t next;

		if (work->components.of[node] == NO_COMPONENT)
			continue;
		while ((next = blame_next(&work->blame, node, &cursor, &edge)) != NO_NODE) {
			if (work->components.of[next] == NO_COMPONENT)
				continue;
			if (place)
				work->blamers[--work->blamer_start[next]] = node;
			else
				work->blamer_start[next]++;
		}
	}
}

static int blamers_collect(struct work *work)
{
	uint32_t n = graph_node_count(work->graph);

	work->blamer_start = calloc(n + 1, sizeof(*work->blamer_start));
	if (!work->blamer_start)
		return -ENOMEM;
	blamers_pass(work, false);
	/* ends of the ranges; placing from the end turns them into their beginnings */
	for (uint32_t i = 1; i <= n; i++)
		work->blamer_start[i] += work->blamer_start[i - 1];
	work->blamers = malloc((work->blamer_start[n] + 1) * sizeof(*work->blamers));
	if (!work->blamers)
		return -ENOMEM;
	blamers_pass(work, true);
	return 0;
}

/* Everybody who leads to the item's causes, walking the blame backwards. */
static int victims_collect(struct work *work, struct explained *item, uint32_t stamp)
{
	const struct graph *graph = work->graph;
	uint32_t queued = 0, victims = 0;

	for (uint32_t i = 0; i < item->task_count; i++) {
		work->stamp[item->tasks[i]] = stamp;
		work->queue[queued++] = item->tasks[i];
	}

	for (uint32_t head = 0; head < queued; head++) {
		uint32_t node = work->queue[head];

		for (uint32_t i = work->blamer_start[node]; i < work->blamer_start[node + 1]; i++) {
			uint32_t blamer = work->blamers[i];

			if (work->stamp[blamer] == stamp)
				continue;
			work->stamp[blamer] = stamp;
			work->queue[queued++] = blamer;
		}
	}
	item->victims = malloc((queued + 1) * sizeof(*item->victims));
	if (!item->victims)
		return -ENOMEM;
	for (uint32_t i = item->task_count; i < queued; i++)
		if (node_is_task(graph, work->queue[i]))
			item->victims[victims++] = work->queue[i];
	item->victim_count = victims;
	tasks_order(graph, item->victims, victims);
	return 0;
}

static int explain_all(struct work *work, struct explanation *explanation)
{
	components_survey(work);

	int err = causes_collect(work, explanation);

	/* not needed any more, and large */
	ring_finder_deinit(&work->finder);
	free(TAKE_PTR(work->table));
	if (!err)
		err = blamers_collect(work);
	for (uint32_t i = 0; i < explanation->count && !err; i++) {
		struct explained *item = &explanation->items[i];

		item->certainty = tasks_certainty(work, item->tasks, item->task_count);
		if (item->verdict == VERDICT_DEAD_OWNER)
			tasks_order(work->graph, item->tasks, item->task_count);
		err = victims_collect(work, item, i + 1);
	}
	return err;
}

int explain(const struct graph *graph, const struct progress *progress, struct explanation *ret)
{
	struct explanation explanation = { 0 };
	struct work work;
	int err = work_init(&work, graph, progress);

	if (err)
		return err;
	err = explain_all(&work, &explanation);
	work_deinit(&work);
	if (err)
		explanation_deinit(&explanation);
	else
		*ret = explanation;
	return err;
}

void explanation_deinit(struct explanation *explanation)
{
	for (uint32_t i = 0; i < explanation->count; i++) {
		free(explanation->items[i].tasks);
		free(explanation->items[i].victims);
	}
	free(explanation->items);
	*explanation = (struct explanation){ 0 };
}
