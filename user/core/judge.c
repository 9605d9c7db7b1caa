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

#include "core/active.h"
#include "core/chain.h"
#include "core/cleanup.h"
#include "core/explain.h"
#include "core/history.h"
#include "core/resolve.h"
#include "core/scope.h"
#include "core/seen.h"
#include "core/writeup.h"

struct judge {
	struct judge_options options;
	struct judge_stats stats;
	struct history *history;
	struct scope scope;
	struct seen seen;
	struct active active;
	struct progress progress;
	struct resolve_stats resolved;
	/* the findings of the last look; found and active point into active */
	struct deadlock **found, **gone;
	size_t found_count, gone_count;
	struct chain *chains;
	size_t chain_count;
	uint64_t *chain_keys; /* chains given before, so that only changes are given again */
	size_t chain_key_count;
};

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

/* One look being judged. */
struct session {
	struct judge *judge;
	const struct look *look;
	struct graph graph;
	struct kind_context context;
	uint8_t *waived;  /* of each task */
	struct seen seen; /* what this look saw */
	struct explanation explanation;
};

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
		if (ripe_ns > look->start_ns || !seen_has(&judge->seen, &seen))
			session->waived[wait->task] = 1;
		if (!scope_has(&judge->scope, look, task->pid) || wait->idle)
			continue;
		ret->candidates++;
		if (ripe_ns > look->start_ns && ripe_ns > ret->ripe_ns)
			ret->ripe_ns = ripe_ns;
	}
	seen_sort(&session->seen);
	return 0;
}

static bool tasks_in_scope(const struct session *session, const uint32_t *tasks, uint32_t count)
{
	const struct look *look = session->look;

	for (uint32_t i = 0; i < count; i++)
		if (scope_has(&session->judge->scope, look, look->tasks[tasks[i]].pid))
			return true;
	return false;
}

static bool explained_in_scope(const struct session *session, const struct explained *explained)
{
	return tasks_in_scope(session, explained->tasks, explained->task_count) ||
	       tasks_in_scope(session, explained->victims, explained->victim_count);
}

/* True if the finding is what was reported before. */
static bool deadlock_is_same(const struct session *session, const struct deadlock *known,
			     const struct explained *explained)
{
	if (known->certainty != explained->certainty || known->cause_count != explained->task_count)
		return false;
	for (size_t i = 0; i < known->cause_count; i++) {
		const struct look_task *task = &session->look->tasks[explained->tasks[i]];

		if (known->causes[i].task.tid != task->tid ||
		    known->causes[i].task.start_ns != task->start_ns)
			return false;
	}
	return true;
}

/* True if the deadlock seemed gone at this look, which it is not: another of its causes has ended.
 */
static bool gone_recall(struct judge *judge, uint64_t id)
{
	for (size_t i = 0; i < judge->gone_count; i++) {
		if (judge->gone[i]->id != id)
			continue;
		deadlock_free(judge->gone[i]);
		judge->gone[i] = judge->gone[--judge->gone_count];
		return true;
	}
	return false;
}

/* One explained cause: known already, or written up and reported. */
static int finding_take(struct session *session, struct writer *writer,
			const struct explained *explained)
{
	struct judge *judge = session->judge;
	uint64_t id = deadlock_id(&session->graph, explained);
	const struct deadlock *known = active_find(&judge->active, id);

	if (known && (deadlock_is_same(session, known, explained) ||
		      known->found_ns == session->look->start_ns))
		return 0;

	struct deadlock **found =
		reallocarray(judge->found, judge->found_count + 1, sizeof(*found));

	if (!found)
		return -ENOMEM;
	judge->found = found;

	struct deadlock *deadlock = writer_write(writer, explained);

	/* a kind that changed its mind meanwhile: nothing is proven, the next look will tell */
	if (!deadlock)
		return 0;
	if (!known && !gone_recall(judge, id))
		judge->stats.detected[deadlock->verdict]++;
	if (active_put(&judge->active, deadlock)) {
		deadlock_free(deadlock);
		return -ENOMEM;
	}
	judge->found[judge->found_count++] = deadlock;
	return 0;
}

/* What stood before and has ended: one of its causes has run. */
static int resolved_collect(struct session *session)
{
	struct judge *judge = session->judge;

	judge->gone = calloc(judge->active.count + 1, sizeof(*judge->gone));
	if (!judge->gone)
		return -ENOMEM;
	for (size_t i = judge->active.count; i--;)
		if (!deadlock_stands(judge->active.items[i], session->look))
			judge->gone[judge->gone_count++] = active_remove(&judge->active, i);
	return 0;
}

static int findings_collect(struct session *session)
{
	struct judge *judge = session->judge;
	struct writer writer;
	int err = resolved_collect(session);

	if (err || !session->explanation.count)
		return err;
	err = writer_init(&writer, &session->context, &judge->options.kinds, &judge->progress);
	if (err)
		return err;
	for (uint32_t i = 0; i < session->explanation.count && !err; i++)
		if (explained_in_scope(session, &session->explanation.items[i]))
			err = finding_take(session, &writer, &session->explanation.items[i]);
	writer_deinit(&writer);
	return err;
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

static void mark_task(const struct look *look, const struct look_task *then, uint8_t *marks)
{
	uint32_t now = look_find(look, then->tid);

	if (now != NO_TASK)
		marks[now] = 1;
}

/*
 * Marks who is in a deadlock that stands: of what this look explained all victims, else those that
 * were listed. At the first look whoever is stuck may yet turn out to be in one.
 */
static void mark_deadlocked(const struct session *session, uint8_t *marks)
{
	const struct judge *judge = session->judge;

	for (size_t d = 0; d < judge->active.count; d++) {
		const struct deadlock *deadlock = judge->active.items[d];

		for (size_t i = 0; i < deadlock->cause_count; i++)
			mark_task(session->look, &deadlock->causes[i].task, marks);
		for (size_t i = 0; i < deadlock->victims_listed; i++)
			mark_task(session->look, &deadlock->victims[i].task, marks);
	}
	for (uint32_t e = 0; e < session->explanation.count; e++) {
		const struct explained *explained = &session->explanation.items[e];

		for (uint32_t i = 0; i < explained->task_count; i++)
			marks[explained->tasks[i]] = 1;
		for (uint32_t i = 0; i < explained->victim_count; i++)
			marks[explained->victims[i]] = 1;
	}
	for (uint32_t i = 0; i < session->look->task_count && !judge->stats.looks; i++)
		marks[i] |= !progress_able(&judge->progress, i, PROGRESS_CUSTOM);
}

static bool chain_is_new(const struct judge *judge, uint64_t key)
{
	for (size_t i = 0; i < judge->chain_key_count; i++)
		if (judge->chain_keys[i] == key)
			return false;
	return true;
}

static int chain_take(struct session *session, uint32_t task, uint64_t *keys, size_t *key_count)
{
	struct judge *judge = session->judge;
	struct chain chain;
	int err = chain_follow(&session->context, &judge->options.kinds, &judge->progress, task,
			       &chain);

	if (err)
		return err;
	keys[(*key_count)++] = chain.key;
	if (!chain_is_new(judge, chain.key)) {
		chain_free(&chain);
		return 0;
	}

	struct chain *chains = reallocarray(judge->chains, judge->chain_count + 1, sizeof(*chains));

	if (!chains) {
		chain_free(&chain);
		return -ENOMEM;
	}
	judge->chains = chains;
	judge->chains[judge->chain_count++] = chain;
	return 0;
}

/* For each blocked task of the named processes that is in no deadlock. */
static int chains_collect(struct session *session)
{
	struct judge *judge = session->judge;
	_cleanup_free_ uint64_t *keys = NULL;
	_cleanup_free_ uint8_t *deadlocked = NULL;
	size_t key_count = 0;

	if (!judge->options.want_chains || !judge->options.scope)
		return 0;
	keys = malloc((session->graph.wait_count + 1) * sizeof(*keys));
	deadlocked = calloc(session->look->task_count + 1, 1);
	if (!keys || !deadlocked)
		return -ENOMEM;
	mark_deadlocked(session, deadlocked);
	for (uint32_t i = 0; i < session->graph.wait_count; i++) {
		uint32_t task = session->graph.waits[i].task;
		const struct look_task *t = &session->look->tasks[task];

		if (!scope_names(&judge->scope, t->pid) || deadlocked[task])
			continue;

		int err = chain_take(session, task, keys, &key_count);

		if (err)
			return err;
	}
	free(judge->chain_keys);
	judge->chain_keys = TAKE_PTR(keys);
	judge->chain_key_count = key_count;
	return 0;
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
		err = findings_collect(session);
	if (!err)
		err = chains_collect(session);
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
