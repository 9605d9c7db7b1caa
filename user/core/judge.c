/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The judge: proof by two looks.
 *
 * A look is not a snapshot: it reads one task after another while the system
 * runs. But a task whose switch count is the same in two looks did not run in
 * between, and so was asleep in the same wait at every moment from its reading
 * in the first look to its reading in the second. All tasks of a candidate were
 * therefore asleep together from the end of the first look to the beginning of
 * the second, which makes that one consistent state; whatever was read of them
 * in between (memory, tables) was read in that state, and could have been
 * changed only by somebody who is not among them, who then belongs to their
 * wakers and is able.
 *
 * So: each look builds everything anew. For every stuck wait a fingerprint is
 * taken of all that its verdict rests on: identity, switch count, object, words,
 * edges and whom they lead to, counts. At the next look every stuck wait whose
 * fingerprint is not that of the look before is waived, that is, taken to be
 * able to go on; so is every wait younger than min_wait. Progress is worked out
 * again, and what is still stuck rests only on confirmed facts.
 */
#include "core/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/session.h"

struct judge *judge_new(const struct judge_options *options)
{
	struct judge *judge = calloc(1, sizeof(*judge));

	if (!judge)
		return NULL;
	judge->options = *options;
	judge->history = history_new();
	if (!judge->history) {
		free(judge);
		return NULL;
	}
	scope_init(&judge->scope, options->scope, options->scope_count);
	return judge;
}

static void findings_drop(struct judge *judge)
{
	for (size_t i = 0; i < judge->gone_count; i++)
		deadlock_free(judge->gone[i]);
	free(judge->gone);
	free(judge->found);
	for (size_t i = 0; i < judge->chain_count; i++)
		chain_free(&judge->chains[i]);
	free(judge->chains);
	judge->gone = judge->found = NULL;
	judge->chains = NULL;
	judge->gone_count = judge->found_count = judge->chain_count = 0;
}

void judge_free(struct judge *judge)
{
	if (!judge)
		return;
	findings_drop(judge);
	history_free(judge->history);
	scope_deinit(&judge->scope);
	seen_deinit(&judge->seen);
	active_deinit(&judge->active);
	progress_deinit(&judge->progress);
	free(judge->chain_keys);
	free(judge);
}

void judge_event(struct judge *judge, const struct event *event)
{
	if (event->type == EVENT_EXIT)
		history_exit(judge->history, event);
	else if (event->type == EVENT_SEM_ACQUIRE || event->type == EVENT_SEM_POST)
		history_sem(judge->history, event);
}

void judge_events_lost(struct judge *judge)
{
	history_forget_sems(judge->history);
}

const struct judge_stats *judge_stats(const struct judge *judge)
{
	return &judge->stats;
}

void judge_look_took(struct judge *judge, uint64_t ns)
{
	judge->stats.look_ns = ns;
}

void judge_incomplete(struct judge *judge, enum incomplete what)
{
	judge->stats.incomplete |= 1ull << what;
}

bool judge_is_scoped(const struct judge *judge)
{
	return judge->scope.named;
}

bool judge_in_scope(const struct judge *judge, const struct look *look, uint32_t pid)
{
	return scope_has(&judge->scope, look, pid);
}

bool judge_scope_alive(const struct judge *judge)
{
	return judge->scope.named_alive;
}

/* When the wait is old enough to be part of a verdict, CLOCK_MONOTONIC. */
static uint64_t task_ripe_ns(const struct judge *judge, const struct look_task *task)
{
	return task->slept_ns + judge->options.min_wait_ns;
}

/* At the first look nothing is too young to be asked about, or an answer at once would need a
 * third look. */
static void waive_young(struct session *session)
{
	const struct look *look = session->look;

	for (uint32_t i = 0; i < look->task_count; i++)
		session->waived[i] = session->judge->stats.looks &&
				     task_ripe_ns(session->judge, &look->tasks[i]) > look->start_ns;
}

/* Custom's holders of what is waited for, in case they die. */
static void remember_holders(struct session *session, const struct wait *wait)
{
	const struct graph *graph = &session->graph;

	for (uint32_t e = wait->first_edge; e < wait->first_edge + wait->edge_count; e++) {
		const struct edge *edge = &graph->edges[e];
		uint32_t node = edge->target;

		if (!(edge->flags & EDGE_HOLDER) || edge->relation != RELATION_HOLDS)
			continue;
		if (!node_is_task(graph, node) && graph_group(graph, node)->type == GROUP_PROCESS)
			node = graph->members[graph_group(graph, node)->first_member];
		if (node_is_task(graph, node))
			history_holder(session->judge->history, wait->object,
				       &session->look->tasks[node]);
	}
}

/* Takes the fingerprints of all that is stuck and waives what the last look did not see alike. */
static int waive_unconfirmed(struct session *session, struct findings *ret)
{
	struct judge *judge = session->judge;
	const struct look *look = session->look;

	for (uint32_t i = 0; i < session->graph.wait_count; i++) {
		const struct wait *wait = &session->graph.waits[i];
		const struct look_task *task = &look->tasks[wait->task];
		uint64_t ripe_ns = task_ripe_ns(judge, task);

		remember_holders(session, wait);
		if (progress_able(&judge->progress, wait->task, PROGRESS_CUSTOM))
			continue;

		struct seen_wait seen = { .tid = task->tid,
					  .start_ns = task->start_ns,
					  .fingerprint =
						  graph_wait_fingerprint(&session->graph, wait) };

		if (seen_add(&session->seen, &seen))
			return -ENOMEM;

		bool confirmed = seen_has(&judge->seen, &seen);

		if (ripe_ns > look->start_ns || !confirmed)
			session->waived[wait->task] = 1;
		if (!scope_has(&judge->scope, look, task->pid) || wait->idle)
			continue;
		ret->candidates++;
		ret->fresh += ripe_ns <= look->start_ns && !confirmed;
		if (ripe_ns > look->start_ns && ripe_ns > ret->ripe_ns)
			ret->ripe_ns = ripe_ns;
	}
	seen_sort(&session->seen);
	return 0;
}

/* Progress over what is confirmed, and its explanation. */
static int session_prove(struct session *session)
{
	struct judge *judge = session->judge;

	if (!session->seen.count || !judge->seen.count)
		return 0;

	int err = progress_run(&judge->progress, &session->graph, session->waived);

	return err ? err : explain(&session->graph, &judge->progress, &session->explanation);
}

static void count_wait(struct judge_stats *stats, const struct look *look, const struct wait *wait,
		       bool in_scope)
{
	const struct look_task *task = &look->tasks[wait->task];
	uint64_t age_ns = look->start_ns > task->slept_ns ? look->start_ns - task->slept_ns : 0;

	stats->blocked_by_kind[wait->kind]++;
	if (age_ns > stats->longest_ns[wait->kind])
		stats->longest_ns[wait->kind] = age_ns;
	if (!wait->open)
		return;
	stats->open[__builtin_ctz(wait->open)]++;
	/* a known way on is one whatever else is unknown */
	stats->scope_ignorance += in_scope && !(wait->open & ~OPEN_IGNORANCE);
}

static void session_count(struct session *session)
{
	struct judge *judge = session->judge;
	struct judge_stats *stats = &judge->stats;
	const struct look *look = session->look;

	memset(stats->open, 0, sizeof(stats->open));
	memset(stats->blocked_by_kind, 0, sizeof(stats->blocked_by_kind));
	memset(stats->longest_ns, 0, sizeof(stats->longest_ns));
	stats->looks++;
	stats->tasks = look->task_count;
	stats->blocked = session->graph.wait_count;
	stats->incomplete = look->incomplete;
	stats->scope_tasks = judge->scope.named ? judge->scope.tasks : look->task_count;
	stats->scope_processes = judge->scope.named ? judge->scope.processes : look->process_count;
	stats->scope_ignorance = 0;
	for (uint32_t i = 0; i < session->graph.wait_count; i++) {
		const struct wait *wait = &session->graph.waits[i];

		count_wait(stats, look, wait,
			   scope_has(&judge->scope, look, look->tasks[wait->task].pid));
	}
	stats->deadlocked = 0;
	for (size_t i = 0; i < judge->active.count; i++)
		stats->deadlocked +=
			judge->active.items[i]->cause_count + judge->active.items[i]->victim_count;
	memcpy(stats->suspects, judge->resolved.resolved, sizeof(stats->suspects));
}

static int session_judge(struct session *session, struct findings *ret)
{
	struct judge *judge = session->judge;
	int err = scope_update(&judge->scope, session->look);

	if (err)
		return err;
	waive_young(session);
	err = resolve_look(&session->context, &judge->options.kinds, session->waived,
			   &judge->progress, &judge->resolved);
	if (!err)
		err = waive_unconfirmed(session, ret);
	if (!err)
		err = session_prove(session);
	if (!err)
		err = session_collect_findings(session);
	if (!err)
		err = session_collect_chains(session);
	return err;
}

int judge_look(struct judge *judge, const struct look *look, const struct probe *probe,
	       struct findings *ret)
{
	struct session session = { .judge = judge, .look = look };
	struct findings findings = { 0 };
	int err = graph_init(&session.graph, look);

	if (err)
		return err;
	findings_drop(judge);
	session.context = (struct kind_context){
		.look = look, .probe = probe, .history = judge->history, .graph = &session.graph
	};
	session.waived = calloc(look->task_count + 1, 1);
	err = session.waived ? session_judge(&session, &findings) : -ENOMEM;
	if (!err) {
		session_count(&session);
		seen_deinit(&judge->seen);
		judge->seen = session.seen;
		findings.found = judge->found;
		findings.found_count = judge->found_count;
		findings.resolved = judge->gone;
		findings.resolved_count = judge->gone_count;
		findings.active = judge->active.items;
		findings.active_count = judge->active.count;
		findings.chains = judge->chains;
		findings.chain_count = judge->chain_count;
		*ret = findings;
	} else {
		seen_deinit(&session.seen);
	}
	explanation_deinit(&session.explanation);
	free(session.waived);
	graph_deinit(&session.graph);
	return err;
}
