/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See writeup.h. The evidence of a wait is not kept while judging: its kind is asked
 * once more, with the same answers, and must say the same.
 */
#include "core/writeup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/history.h"
#include "core/party.h"
#include "core/resolve.h"
#include "core/whereabouts.h"

#define EDGES_WITH_EVIDENCE 64 /* of one wait; that of further edges goes to the wait */
#define PARTIES_SPREAD	    16 /* a strong group of at most so many processes is named one by one */

static uint64_t task_key(const struct graph *graph, uint32_t task)
{
	return graph_node_key(graph, task);
}

static uint64_t task_since(const struct graph *graph, uint32_t task)
{
	return wait_since(graph, graph_wait(graph, task));
}

/* Of a no-waker: the object that has been waited for the longest, which later waiters leave alone.
 */
static uint64_t first_object(const struct graph *graph, const struct explained *explained)
{
	uint32_t first = explained->tasks[0];

	for (uint32_t i = 1; i < explained->task_count; i++)
		if (task_since(graph, explained->tasks[i]) < task_since(graph, first))
			first = explained->tasks[i];

	const struct wait *wait = graph_wait(graph, first);

	return wait->object ? wait->object : task_key(graph, first);
}

uint64_t deadlock_id(const struct graph *graph, const struct explained *explained)
{
	uint64_t id = mix64(graph->look->boot_id, explained->verdict), sum = 0;

	switch ((enum verdict)explained->verdict) {
	case VERDICT_DEAD_OWNER:
		return mix64(id, graph_node_key(graph, explained->dead));
	case VERDICT_NO_WAKER:
		return mix64(id, first_object(graph, explained));
	default:
		/* a sum: the ring is the same wherever one begins */
		for (uint32_t i = 0; i < explained->ring_count; i++)
			sum += task_key(graph, explained->tasks[i]);
		return mix64(id, sum);
	}
}

void describe_wait(const struct kind_context *context, const struct kind_table *kinds,
		   const struct wait *wait, char *ret, size_t size)
{
	const struct kind *kind = kind_find(kinds, wait->kind);

	ret[0] = '\0';
	if (kind && kind->describe)
		kind->describe(context, &context->look->tasks[wait->task], ret, size);
}

static bool node_has_cause(const struct writer *writer, uint32_t node)
{
	const struct graph *graph = writer->context->graph;

	if (node_is_task(graph, node))
		return writer->is_cause[node];

	const struct group *group = graph_group(graph, node);

	if (group->type != GROUP_PROCESS)
		return false;
	for (uint32_t m = 0; m < group->member_count; m++)
		if (writer->is_cause[graph->members[group->first_member + m]])
			return true;
	return false;
}

static int evidence_append(struct evidence_list *to, const struct evidence_list *from)
{
	for (size_t i = 0; i < from->count; i++)
		if (evidence_list_add(to, &from->items[i]))
			return -ENOMEM;
	return 0;
}

static bool evidence_has(const struct evidence_list *list, const char *what)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->items[i].what, what))
			return true;
	return false;
}

/* What the kernel counts of the group, against what was found, unless its kind has said so. */
static int census_append(const struct graph *graph, uint32_t node, struct evidence_list *to)
{
	if (node_is_task(graph, node) || graph_group(graph, node)->census_found < 0)
		return 0;

	const struct group *group = graph_group(graph, node);
	struct evidence evidence = { .source = EVIDENCE_KERNEL,
				     .kernel = group->census_kernel,
				     .found = group->census_found,
				     .meaning = "the kernel counts as many as were found" };

	if (group->census_kernel < 0)
		evidence.meaning = "what was found; the kernel's number could not be read";
	group_label(graph, group, evidence.what, sizeof(evidence.what));
	return evidence_has(to, evidence.what) ? 0 : evidence_list_add(to, &evidence);
}

/* One wait, resolved once more for its evidence. */
struct resolved {
	struct wait wait;
	struct evidence_list object;
	struct evidence_list edges[EDGES_WITH_EVIDENCE];
};

static void resolved_deinit(struct resolved *resolved)
{
	evidence_list_deinit(&resolved->object);
	for (size_t i = 0; i < EDGES_WITH_EVIDENCE; i++)
		evidence_list_deinit(&resolved->edges[i]);
}

/* -EAGAIN if the kind now says something else than it said while judging. */
static int resolved_init(struct resolved *resolved, const struct writer *writer, uint32_t task)
{
	struct graph *graph = writer->context->graph;
	const struct wait *judged = graph_wait(graph, task);

	*resolved = (struct resolved){ .wait = { .task = task, .kind = judged->kind } };

	struct evidence_sink sink = { .object = &resolved->object,
				      .edges = resolved->edges,
				      .edge_capacity = EDGES_WITH_EVIDENCE,
				      .history = writer->explained->certainty == CERTAINTY_LIKELY };
	int err = resolve_again(writer->context, writer->kinds, &resolved->wait, &sink);

	/* Edges were appended, so the judged wait is where it was, and can be compared. */
	if (!err && graph_wait_fingerprint(graph, &resolved->wait) !=
			    graph_wait_fingerprint(graph, graph_wait(graph, task)))
		err = -EAGAIN;
	return err;
}

/* What a process's memory says of its place: see wait_held_since(). */
static void since_take(struct party *party)
{
	for (size_t i = 0; i < party->evidence.count; i++) {
		const struct evidence *evidence = &party->evidence.items[i];

		if (evidence->source == EVIDENCE_MEMORY && *evidence->what)
			name_copy(party->since, sizeof(party->since), evidence->what);
	}
}

static int party_add(struct cause *cause, const struct writer *writer,
		     const struct resolved *resolved, uint32_t edge, uint32_t node)
{
	const struct graph *graph = writer->context->graph;
	const struct edge *e = &graph->edges[resolved->wait.first_edge + edge];
	struct party *larger =
		reallocarray(cause->waits_for, cause->waits_for_count + 1, sizeof(*larger));

	if (!larger)
		return -ENOMEM;
	cause->waits_for = larger;

	struct party *party = &larger[cause->waits_for_count++];

	party_fill(graph, node, e->relation, party);
	party->is_cause = node_has_cause(writer, node);
	if (evidence_append(&party->evidence, &resolved->object))
		return -ENOMEM;
	if (edge < EDGES_WITH_EVIDENCE && evidence_append(&party->evidence, &resolved->edges[edge]))
		return -ENOMEM;
	if (e->relation == RELATION_HOLDS)
		since_take(party);
	/* every set that was closed is part of the proof, blamed or not */
	for (uint32_t i = 0; i < resolved->wait.edge_count; i++) {
		uint32_t target = graph->edges[resolved->wait.first_edge + i].target;

		if (census_append(graph, target, &party->evidence))
			return -ENOMEM;
	}
	return 0;
}

/* The members of a small strong group are named one by one, the waiter's own process left out if
 * the edge says so. */
static int parties_add(struct cause *cause, const struct writer *writer,
		       const struct resolved *resolved, uint32_t edge)
{
	const struct graph *graph = writer->context->graph;
	const struct edge *e = &graph->edges[resolved->wait.first_edge + edge];

	if (node_is_task(graph, e->target) || !relation_is_strong(e->relation))
		return party_add(cause, writer, resolved, edge, e->target);

	const struct group *group = graph_group(graph, e->target);

	if (group->type == GROUP_PROCESS || group->type == GROUP_DEAD ||
	    group->member_count > PARTIES_SPREAD)
		return party_add(cause, writer, resolved, edge, e->target);
	for (uint32_t m = 0; m < group->member_count; m++) {
		uint32_t node = graph->members[group->first_member + m];

		if (e->flags & EDGE_NOT_SELF && !node_is_task(graph, node) &&
		    graph_group(graph, node)->a == cause->task.pid)
			continue;
		if (party_add(cause, writer, resolved, edge, node))
			return -ENOMEM;
	}
	return 0;
}

static int cause_write(struct cause *cause, const struct writer *writer, uint32_t task)
{
	const struct graph *graph = writer->context->graph;
	const struct wait *judged = graph_wait(graph, task);
	struct resolved resolved;
	int err = resolved_init(&resolved, writer, task);

	cause->task = graph->look->tasks[task];
	cause->kind = resolved.wait.kind;
	cause->need_all = resolved.wait.need_all;
	cause->retry = judged->retry;
	cause->since_ns = wait_since(graph, judged);
	describe_wait(writer->context, writer->kinds, &resolved.wait, cause->object,
		      sizeof(cause->object));
	for (uint32_t i = 0; i < resolved.wait.edge_count && !err; i++) {
		/* judged and resolved say the same, edge by edge */
		const struct edge *edge = &graph->edges[judged->first_edge + i];

		if (blame_has_edge(&writer->blame, judged, edge))
			err = parties_add(cause, writer, &resolved, i);
	}
	resolved_deinit(&resolved);
	return err;
}

static int victim_write(struct victim *victim, const struct writer *writer, uint32_t task)
{
	const struct graph *graph = writer->context->graph;
	const struct wait *wait = graph_wait(graph, task);
	struct blame_cursor cursor = { 0 };
	const struct edge *edge;
	uint32_t node = blame_next(&writer->blame, task, &cursor, &edge);

	victim->task = graph->look->tasks[task];
	victim->kind = wait->kind;
	victim->since_ns = wait_since(graph, wait);
	if (node == NO_NODE)
		return 0;
	party_fill(graph, node, edge->relation, &victim->waits_for);
	victim->waits_for.is_cause = node_has_cause(writer, node);
	return 0;
}

/*
 * Somebody of the tid that a lock's memory names may have borne it after the one that is meant. Who
 * holds a lock was there before anybody waited for it; and in memory that is not shared, it is a
 * task of the same process, or of one that this was forked from.
 */
static bool may_have_held(const struct look *look, const struct wait *wait, uint64_t since_ns,
			  const struct person *person)
{
	const struct look_task *task = &look->tasks[wait->task];
	uint32_t leader = look_find(look, task->pid);

	if (person->born_ns > since_ns)
		return false;
	if (task->object_flags & OBJECT_SHARED || person->pid == task->pid)
		return true;
	return person->start_ns < (leader == NO_TASK ? task : &look->tasks[leader])->start_ns;
}

/* Who held what the wait is for and has died, if that was seen: by the object, or by its tid. */
static bool dead_remembered(const struct history *history, const struct graph *graph,
			    const struct wait *wait, const struct group *dead, struct person *ret)
{
	bool named = !(dead->b & (DEAD_LEFT_BEHIND | DEAD_UNNAMED));

	if (history_last_holder(history, graph->look, wait->object, ret) && ret->dead &&
	    (!named || ret->tid == dead->a))
		return true;
	return named && history_dead(history, dead->a, ret) &&
	       may_have_held(graph->look, wait, wait_since(graph, wait), ret);
}

static void dead_write(struct deadlock *deadlock, const struct writer *writer)
{
	const struct graph *graph = writer->context->graph;
	const struct wait *wait = graph_wait(graph, writer->explained->tasks[0]);
	const struct history *history = writer->context->history;
	uint32_t node = writer->explained->dead;
	struct person person;

	if (node_is_task(graph, node))
		person = history_person(history, &graph->look->tasks[node]);
	else if (!history ||
		 !dead_remembered(history, graph, wait, graph_group(graph, node), &person))
		return;
	deadlock->dead.ended_ns = person.ended_ns;
	deadlock->dead.pid = person.pid;
	deadlock->dead.tid = person.tid;
	deadlock->dead.exit_code = person.exit_code;
	deadlock->dead.exit_known = person.exit_known;
	memcpy(deadlock->dead.name, person.name, sizeof(person.name));
}

/* Where only the stack tells what the wait is. */
static void cause_name_by_stack(struct cause *cause, const struct writer *writer)
{
	const struct kind *kind = kind_find(writer->kinds, cause->kind);
	uint32_t task = look_find(writer->context->look, cause->task.tid);

	if (!kind || !kind->by_stack || task == NO_TASK)
		return;
	cause->kind = kind->by_stack(&cause->task, cause->stack, cause->stack_count);
	kind = kind_find(writer->kinds, cause->kind);
	if (kind && kind->describe_by_stack &&
	    kind->describe_by_stack(&cause->task, cause->stack, cause->stack_count, cause->object,
				    sizeof(cause->object)))
		return;

	struct wait named = { .task = task, .kind = cause->kind };

	describe_wait(writer->context, writer->kinds, &named, cause->object, sizeof(cause->object));
}

/* Stacks of the causes come first: they are what the report is read for. */
static int whereabouts_write(struct deadlock *deadlock, const struct writer *writer)
{
	const struct probe *probe = writer->context->probe;
	int err = 0;

	if (writer->stacks == STACKS_NONE)
		return 0;
	for (size_t i = 0; i < deadlock->cause_count && i < CAUSES_WITH_STACK && !err; i++) {
		err = whereabouts_of_cause(probe, writer->stacks, &deadlock->causes[i]);
		if (!err)
			cause_name_by_stack(&deadlock->causes[i], writer);
	}
	for (size_t i = 0; i < deadlock->victims_listed && i < VICTIMS_WITH_STACK && !err; i++)
		err = whereabouts_of_victim(probe, writer->stacks, &deadlock->victims[i]);
	return err;
}

static int deadlock_write(struct deadlock *deadlock, const struct writer *writer)
{
	const struct explained *explained = writer->explained;

	deadlock->causes = calloc(explained->task_count, sizeof(*deadlock->causes));
	deadlock->victims = calloc(VICTIMS_LISTED, sizeof(*deadlock->victims));
	if (!deadlock->causes || !deadlock->victims)
		return -ENOMEM;
	for (uint32_t i = 0; i < explained->task_count; i++) {
		deadlock->cause_count++;

		int err = cause_write(&deadlock->causes[i], writer, explained->tasks[i]);

		if (err)
			return err;
		if (deadlock->causes[i].since_ns > deadlock->since_ns)
			deadlock->since_ns = deadlock->causes[i].since_ns;
	}
	deadlock->victim_count = explained->victim_count;
	for (uint32_t i = 0; i < explained->victim_count && i < VICTIMS_LISTED; i++) {
		deadlock->victims_listed++;
		victim_write(&deadlock->victims[i], writer, explained->victims[i]);
	}
	if (explained->verdict == VERDICT_DEAD_OWNER)
		dead_write(deadlock, writer);
	return whereabouts_write(deadlock, writer);
}

int writer_init(struct writer *writer, const struct kind_context *context,
		const struct kind_table *kinds, const struct progress *progress, enum stacks stacks)
{
	*writer = (struct writer){ .context = context, .kinds = kinds, .stacks = stacks };
	writer->is_cause = calloc(context->look->task_count + 1, 1);
	if (!writer->is_cause)
		return -ENOMEM;

	int err = blame_init(&writer->blame, context->graph, progress);

	if (!err)
		err = releaser_init(&writer->releaser, context->graph, progress);
	if (err)
		writer_deinit(writer);
	return err;
}

void writer_deinit(struct writer *writer)
{
	free(writer->is_cause);
	blame_deinit(&writer->blame);
	releaser_deinit(&writer->releaser);
	*writer = (struct writer){ 0 };
}

struct deadlock *writer_write(struct writer *writer, const struct explained *explained)
{
	const struct look *look = writer->context->look;
	struct deadlock *deadlock = calloc(1, sizeof(*deadlock));

	if (!deadlock)
		return NULL;
	*deadlock = (struct deadlock){
		.id = deadlock_id(writer->context->graph, explained),
		.verdict = explained->verdict,
		.certainty = explained->certainty,
		.found_wall_ns = look->wall_ns,
		.found_ns = look->start_ns,
		.ring_count = explained->ring_count,
	};
	writer->explained = explained;
	for (uint32_t i = 0; i < explained->task_count; i++)
		writer->is_cause[explained->tasks[i]] = 1;
	if (deadlock_write(deadlock, writer)) {
		deadlock_free(deadlock);
		deadlock = NULL;
	} else {
		deadlock->release = release_find(&writer->releaser, explained);
	}
	for (uint32_t i = 0; i < explained->task_count; i++)
		writer->is_cause[explained->tasks[i]] = 0;
	return deadlock;
}
