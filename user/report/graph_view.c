/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/graph_view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/deadlock.h"
#include "report/buffer.h"
#include "report/label.h"
#include "report/place.h"
#include "report/printable.h"

#define EDGES_DRAWN   8 /* of one cause */
#define VICTIMS_DRAWN 3
#define TITLE_COLUMNS 44
#define LABEL_COLUMNS 36

/* What stands on an arrow before the name of what is waited for. */
static const char *const edge_word[RELATION_COUNT] = {
	[RELATION_HOLDS] = "held: ",	       [RELATION_JOINS] = "its end",
	[RELATION_CHILD] = "child's end",      [RELATION_WRITER] = "to write: ",
	[RELATION_READER] = "to read: ",       [RELATION_PEER] = "peer: ",
	[RELATION_MAY_POST] = "could post: ",  [RELATION_MAY_WAKE] = "could wake: ",
	[RELATION_STOPPED_BY] = "stopped by ",
};

static struct view_node *node_add(struct graph_view *view, enum view_type type, uint32_t pid)
{
	struct view_node *larger =
		reallocarray(view->nodes, view->node_count + 1, sizeof(*view->nodes));

	if (!larger)
		return NULL;
	view->nodes = larger;
	larger += view->node_count++;
	*larger = (struct view_node){ .type = type, .pid = pid };
	return larger;
}

static int edge_add(struct graph_view *view, size_t from, size_t to, bool ring, char *label)
{
	struct view_edge *larger =
		reallocarray(view->edges, view->edge_count + 1, sizeof(*view->edges));

	if (!larger || !label) {
		free(label);
		view->edges = larger ? larger : view->edges;
		return -ENOMEM;
	}
	view->edges = larger;
	view->edges[view->edge_count++] =
		(struct view_edge){ .from = from, .to = to, .ring = ring, .label = label };
	return 0;
}

/* Cut to what fits into a box; printable text stays what it is when made printable again. */
static char *text_take(struct buffer *buffer, size_t columns)
{
	char *text = buffer_close(buffer) ? NULL : buffer->text;
	char *cut = text ? strdup(printable(text, strlen(text), columns).text) : NULL;

	free(text);
	return cut;
}

static char *task_title(const struct look_task *task)
{
	struct buffer buffer;

	if (buffer_open(&buffer))
		return NULL;
	label_task(buffer.stream, task);
	return text_take(&buffer, TITLE_COLUMNS);
}

static char *party_title(const struct party *party)
{
	struct buffer buffer;

	if (buffer_open(&buffer))
		return NULL;
	label_party(buffer.stream, party);
	if (party->state == PARTY_GONE || party->state == PARTY_ZOMBIE)
		fputs(", dead", buffer.stream);
	else if (party->state == PARTY_LEFT_BEHIND)
		fputs(", left behind by fork()", buffer.stream);
	return text_take(&buffer, TITLE_COLUMNS);
}

static char *edge_label(const struct cause *cause, enum relation relation)
{
	const char *word = edge_word[relation];
	struct buffer buffer;

	if (buffer_open(&buffer))
		return NULL;
	fputs(word, buffer.stream);
	if (word[strlen(word) - 1] == ' ')
		label_object(buffer.stream, cause);
	return text_take(&buffer, LABEL_COLUMNS);
}

static char *cause_place(const struct cause *cause)
{
	struct place place = place_of_cause(cause, 0);

	return strdup(printable(place.text, sizeof(place.text), TITLE_COLUMNS).text);
}

static int add_causes(struct graph_view *view, const struct deadlock *deadlock)
{
	size_t drawn = deadlock->cause_count;

	if (drawn > CAUSES_DRAWN)
		drawn = CAUSES_DRAWN;
	for (size_t i = 0; i < drawn; i++) {
		const struct cause *cause = &deadlock->causes[i];
		struct view_node *node = node_add(view, VIEW_CAUSE, cause->task.pid);

		if (!node)
			return -ENOMEM;
		node->cause = i;
		node->title = task_title(&cause->task);
		node->place = cause_place(cause);
		if (!node->title || !node->place)
			return -ENOMEM;
	}
	if (drawn == deadlock->cause_count)
		return 0;

	struct view_node *more = node_add(view, VIEW_MORE, 0);

	if (!more)
		return -ENOMEM;
	more->folded = deadlock->cause_count - drawn;
	more->place = strdup("");
	if (asprintf(&more->title, "%zu more like them", more->folded) < 0)
		more->title = NULL;
	return more->title && more->place ? 0 : -ENOMEM;
}

/* The node of a cause that the party is or is part of; node_count if it is none. */
static size_t cause_node(const struct graph_view *view, const struct deadlock *deadlock,
			 const struct party *party)
{
	size_t folded = view->node_count;

	if (*party->group || !party->pid)
		return view->node_count;
	for (size_t i = 0; i < view->node_count; i++) {
		const struct view_node *node = &view->nodes[i];

		if (node->type == VIEW_MORE && party->is_cause)
			folded = i;
		if (node->type != VIEW_CAUSE)
			continue;
		if (deadlock->causes[node->cause].task.tid == party->tid ||
		    (party->is_process && node->pid == party->pid))
			return i;
	}
	return folded;
}

/* A node for somebody who is no cause; parties of one title share it. */
static int other_node(struct graph_view *view, const struct party *party, size_t *ret)
{
	char *title = party_title(party);

	if (!title)
		return -ENOMEM;
	for (size_t i = 0; i < view->node_count; i++) {
		if (view->nodes[i].type == VIEW_OTHER && !strcmp(view->nodes[i].title, title)) {
			free(title);
			*ret = i;
			return 0;
		}
	}

	struct view_node *node = node_add(view, VIEW_OTHER, *party->group ? 0 : party->pid);

	if (!node) {
		free(title);
		return -ENOMEM;
	}
	node->title = title;
	node->place = strdup("");
	*ret = view->node_count - 1;
	return node->place ? 0 : -ENOMEM;
}

/* Index of the edge by which the cause leads to the next of the ring, itself or through a group. */
static size_t ring_edge(const struct deadlock *deadlock, size_t here)
{
	const struct cause *cause = &deadlock->causes[here];
	size_t through = cause->waits_for_count;

	if (here >= deadlock->ring_count)
		return through;

	const struct look_task *next = &deadlock->causes[(here + 1) % deadlock->ring_count].task;

	for (size_t i = 0; i < cause->waits_for_count; i++) {
		const struct party *party = &cause->waits_for[i];

		if (!*party->group &&
		    (party->tid == next->tid || (party->is_process && party->pid == next->pid)))
			return i;
		if (*party->group && through == cause->waits_for_count)
			through = i;
	}
	return through;
}

static int add_edges_of(struct graph_view *view, const struct deadlock *deadlock, size_t from)
{
	size_t here = view->nodes[from].cause, in_ring = ring_edge(deadlock, here);
	const struct cause *cause = &deadlock->causes[here];

	for (size_t i = 0; i < cause->waits_for_count && i < EDGES_DRAWN; i++) {
		const struct party *party = &cause->waits_for[i];
		bool ring = i == in_ring;
		size_t next = ring ? (here + 1) % deadlock->ring_count : 0;
		/* nodes of causes come first, in their order */
		size_t to = ring ? (next < CAUSES_DRAWN ? next : CAUSES_DRAWN)
				 : cause_node(view, deadlock, party);
		int err = to == view->node_count ? other_node(view, party, &to) : 0;

		if (err)
			return err;

		err = edge_add(view, from, to, ring, edge_label(cause, party->relation));
		if (err)
			return err;
	}
	return 0;
}

static const char *victim_word(enum relation relation)
{
	return relation == RELATION_CHILD || relation == RELATION_JOINS ? edge_word[relation]
									: "waits";
}

static size_t count_victim_boxes(const struct graph_view *view)
{
	size_t count = 0;

	for (size_t i = 0; i < view->node_count; i++)
		count += view->nodes[i].type == VIEW_VICTIMS;
	return count;
}

/* Victims of one process are one box, and so are all beyond the first few. */
static int add_victim(struct graph_view *view, const struct deadlock *deadlock,
		      const struct victim *victim)
{
	size_t to = cause_node(view, deadlock, &victim->waits_for);
	size_t i = 0;

	while (i < view->node_count &&
	       (view->nodes[i].type != VIEW_VICTIMS || view->nodes[i].pid != victim->task.pid))
		i++;
	if (i == view->node_count && count_victim_boxes(view) == VICTIMS_DRAWN)
		i--; /* victims come last */
	if (i < view->node_count) {
		view->nodes[i].folded++;
		return 0;
	}

	bool leads = to < view->node_count;
	struct view_node *node = node_add(view, VIEW_VICTIMS, victim->task.pid);

	if (!node)
		return -ENOMEM;
	node->folded = 1;
	node->title = task_title(&victim->task);
	node->place = strdup("");
	if (!node->title || !node->place)
		return -ENOMEM;
	return leads ? edge_add(view, i, to, false, strdup(victim_word(victim->waits_for.relation)))
		     : 0;
}

int graph_view_init(struct graph_view *view, const struct deadlock *deadlock)
{
	*view = (struct graph_view){ 0 };

	int err = add_causes(view, deadlock);
	size_t causes = view->node_count;

	for (size_t i = 0; i < causes && !err; i++)
		if (view->nodes[i].type == VIEW_CAUSE)
			err = add_edges_of(view, deadlock, i);
	for (size_t i = 0; i < deadlock->victims_listed && !err; i++)
		err = add_victim(view, deadlock, &deadlock->victims[i]);
	if (deadlock->victim_count > deadlock->victims_listed && !err)
		view->nodes[view->node_count - 1].folded +=
			deadlock->victim_count - deadlock->victims_listed;
	if (err)
		graph_view_deinit(view);
	return err;
}

void graph_view_deinit(struct graph_view *view)
{
	for (size_t i = 0; i < view->node_count; i++) {
		free(view->nodes[i].title);
		free(view->nodes[i].place);
	}
	for (size_t i = 0; i < view->edge_count; i++)
		free(view->edges[i].label);
	free(view->nodes);
	free(view->edges);
	*view = (struct graph_view){ 0 };
}
