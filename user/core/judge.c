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
 *
 * A wait that is tried again and again (wait_retry()) is the exception: its task
 * runs. What carries it is its holder, which is asleep itself with an unchanged
 * switch count, and so has let nobody get further than to the next try.
 */
#include "core/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/hearing.h"

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
	touches_deinit(&judge->touches);
	free(judge->chain_keys);
	free(judge);
}

void judge_event(struct judge *judge, const struct event *event)
{
	if (event->type == EVENT_EXIT)
		judge->holder_ended |= history_exit(judge->history, event);
	else if (event->type == EVENT_SEM_ACQUIRE || event->type == EVENT_SEM_POST)
		history_sem(judge->history, event);
	else if (event->type == EVENT_EXEC)
		history_exec(judge->history, event);
}

bool judge_holder_ended(const struct judge *judge)
{
	return judge->holder_ended;
}

void judge_events_lost(struct judge *judge, uint32_t reason)
{
	if (reason == EVENT_EXIT)
		history_forget_dead(judge->history);
	else
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
static void waive_young(struct hearing *hearing)
{
	const struct look *look = hearing->look;

	for (uint32_t i = 0; i < look->task_count; i++)
		hearing->waived[i] = hearing->judge->stats.looks &&
				     task_ripe_ns(hearing->judge, &look->tasks[i]) > look->start_ns;
}

/* Custom's holders of what is waited for, in case they die. */
static void remember_holders(struct hearing *hearing, const struct wait *wait)
{
	const struct graph *graph = &hearing->graph;

	for (uint32_t e = wait->first_edge; e < wait->first_edge + wait->edge_count; e++) {
		const struct edge *edge = &graph->edges[e];
		uint32_t node = edge->target;

		if (!(edge->flags & EDGE_HOLDER) || edge->relation != RELATION_HOLDS)
			continue;
		if (!node_is_task(graph, node) && graph_group(graph, node)->type == GROUP_PROCESS)
			node = graph->members[graph_group(graph, node)->first_member];
		if (node_is_task(graph, node))
			history_holder(hearing->judge->history, wait->object,
				       &hearing->look->tasks[node]);
	}
}

static bool is_awake(const struct look_task *task)
{
	return !(task->flags & (TASK_SLEEPING | TASK_DEAD | TASK_STOPPED | TASK_TRACED |
				TASK_FROZEN | TASK_EXITING | TASK_FROM_PROC | TASK_IO_WORKER));
}

/* A try may be seen awake: what was known of it is kept for some looks. */
#define TRY_LOOKS 3

static bool is_awake_in_scope(const struct hearing *hearing, const struct seen_wait *seen)
{
	const struct look *look = hearing->look;
	uint32_t node = look_find(look, seen->tid);

	return node != NO_TASK && look->tasks[node].start_ns == seen->start_ns &&
	       is_awake(&look->tasks[node]) &&
	       scope_has(&hearing->judge->scope, look, look->tasks[node].pid);
}

static int keep_tries(struct hearing *hearing, struct findings *ret)
{
	const struct seen *before = &hearing->judge->seen;

	seen_sort(&hearing->seen);
	for (size_t i = 0, count = hearing->seen.count; i < before->count; i++) {
		struct seen_wait seen = before->waits[i];
		const struct seen now = { .waits = hearing->seen.waits, .count = count };

		if (!seen.looks || seen_has_task(&now, seen.tid))
			continue;
		seen.looks--;
		ret->tries += is_awake_in_scope(hearing, &seen);
		if (seen_add(&hearing->seen, &seen))
			return -ENOMEM;
	}
	seen_sort(&hearing->seen);
	return 0;
}

static bool process_is_restless(const struct hearing *hearing, const struct process *process)
{
	bool awake = false, waits = false;

	for (uint32_t i = process->first; i < process->first + process->count; i++) {
		const struct wait *wait = graph_wait(&hearing->graph, i);

		awake |= is_awake(&hearing->look->tasks[i]);
		waits |= wait && !wait->open && !wait->idle &&
			 wait_since(&hearing->graph, wait) + hearing->judge->options.min_wait_ns <=
				 hearing->look->start_ns;
	}
	return awake && waits;
}

static bool is_restless(const struct hearing *hearing)
{
	const struct look *look = hearing->look;

	for (uint32_t i = 0; i < look->process_count; i++)
		if (look->processes[i].count > 1 &&
		    scope_has(&hearing->judge->scope, look, look->processes[i].pid) &&
		    process_is_restless(hearing, &look->processes[i]))
			return true;
	return false;
}

/* Who was too young to be asked about may yet turn out to be stuck. */
static void note_young(const struct hearing *hearing, const struct wait *wait, struct findings *ret)
{
	const struct look_task *task = &hearing->look->tasks[wait->task];
	uint64_t ripe_ns = task_ripe_ns(hearing->judge, task);

	if (ripe_ns > hearing->look->start_ns && ripe_ns > ret->young_ns && !wait->open &&
	    !wait->idle && scope_has(&hearing->judge->scope, hearing->look, task->pid))
		ret->young_ns = ripe_ns;
}

/* Takes the fingerprints of all that is stuck and waives what the last look did not see alike. */
static int waive_unconfirmed(struct hearing *hearing, struct findings *ret)
{
	struct judge *judge = hearing->judge;
	const struct look *look = hearing->look;

	judge->holder_ended = false;
	history_new_look(judge->history);
	for (uint32_t i = 0; i < hearing->graph.wait_count; i++) {
		struct wait *wait = &hearing->graph.waits[i];
		const struct look_task *task = &look->tasks[wait->task];

		remember_holders(hearing, wait);
		if (progress_able(&judge->progress, wait->task, PROGRESS_CUSTOM)) {
			note_young(hearing, wait, ret);
			continue;
		}

		struct seen_wait seen = { .tid = task->tid,
					  .start_ns = task->start_ns,
					  .since_ns = look->start_ns,
					  .looks = wait->retry ? TRY_LOOKS : 0,
					  .fingerprint =
						  graph_wait_fingerprint(&hearing->graph, wait) };
		const struct seen_wait *confirmed = seen_find(&judge->seen, &seen);

		if (confirmed)
			seen.since_ns = confirmed->since_ns;
		if (seen_add(&hearing->seen, &seen))
			return -ENOMEM;
		if (wait->retry)
			wait->since_ns = seen.since_ns;

		uint64_t ripe_ns = wait_since(&hearing->graph, wait) + judge->options.min_wait_ns;

		if (ripe_ns > look->start_ns || !confirmed)
			hearing->waived[wait->task] = 1;
		if (!scope_has(&judge->scope, look, task->pid) || wait->idle)
			continue;
		ret->candidates++;
		ret->fresh += ripe_ns <= look->start_ns && !confirmed;
		if (ripe_ns > look->start_ns && ripe_ns > ret->ripe_ns)
			ret->ripe_ns = ripe_ns;
	}
	ret->restless = is_restless(hearing);
	return keep_tries(hearing, ret);
}

/* Progress over what is confirmed, and its explanation. */
static int hearing_prove(struct hearing *hearing)
{
	struct judge *judge = hearing->judge;

	if (!hearing->seen.count || !judge->seen.count)
		return 0;

	int err = progress_run(&judge->progress, &hearing->graph, hearing->waived);

	return err ? err : explain(&hearing->graph, &judge->progress, &hearing->explanation);
}

static void count_wait(struct judge_stats *stats, const struct graph *graph,
		       const struct wait *wait, bool in_scope)
{
	uint64_t now_ns = graph->look->start_ns, since_ns = wait_since(graph, wait);
	uint64_t age_ns = now_ns > since_ns ? now_ns - since_ns : 0;

	stats->blocked_by_kind[wait->kind]++;
	if (age_ns > stats->longest_ns[wait->kind])
		stats->longest_ns[wait->kind] = age_ns;
	if (!wait->open)
		return;
	stats->open[__builtin_ctz(wait->open)]++;
	/* a known way on is one whatever else is unknown */
	stats->scope_ignorance += in_scope && !(wait->open & ~OPEN_IGNORANCE);
}

static void hearing_count(struct hearing *hearing)
{
	struct judge *judge = hearing->judge;
	struct judge_stats *stats = &judge->stats;
	const struct look *look = hearing->look;

	memset(stats->open, 0, sizeof(stats->open));
	memset(stats->blocked_by_kind, 0, sizeof(stats->blocked_by_kind));
	memset(stats->longest_ns, 0, sizeof(stats->longest_ns));
	stats->looks++;
	stats->tasks = look->task_count;
	stats->blocked = hearing->graph.wait_count;
	stats->incomplete = look->incomplete;
	stats->scope_tasks = judge->scope.named ? judge->scope.tasks : look->task_count;
	stats->scope_processes = judge->scope.named ? judge->scope.processes : look->process_count;
	stats->scope_ignorance = 0;
	for (uint32_t i = 0; i < hearing->graph.wait_count; i++) {
		const struct wait *wait = &hearing->graph.waits[i];

		count_wait(stats, &hearing->graph, wait,
			   scope_has(&judge->scope, look, look->tasks[wait->task].pid));
	}
	stats->deadlocked = 0;
	for (size_t i = 0; i < judge->active.count; i++)
		stats->deadlocked +=
			judge->active.items[i]->cause_count + judge->active.items[i]->victim_count;
	memcpy(stats->suspects, judge->resolved.resolved, sizeof(stats->suspects));
	memcpy(stats->asked, judge->resolved.asked, sizeof(stats->asked));
	stats->cleared_asked = judge->resolved.cleared_asked;
}

static int hearing_judge(struct hearing *hearing, struct findings *ret)
{
	struct judge *judge = hearing->judge;
	int err = scope_update(&judge->scope, hearing->look);

	if (err)
		return err;
	waive_young(hearing);
	err = resolve_look(&hearing->context, &judge->options.kinds, hearing->waived,
			   &judge->progress, &judge->resolved);
	if (!err)
		err = waive_unconfirmed(hearing, ret);
	if (!err)
		err = hearing_prove(hearing);
	if (!err)
		err = hearing_collect_findings(hearing);
	if (!err)
		err = hearing_collect_chains(hearing);
	if (!err)
		err = hearing_collect_stalled(hearing);
	return err;
}

int judge_look(struct judge *judge, const struct look *look, const struct probe *probe,
	       struct findings *ret)
{
	struct hearing hearing = { .judge = judge, .look = look };
	struct findings findings = { 0 };
	int err = graph_init(&hearing.graph, look);

	if (err)
		return err;
	findings_drop(judge);
	hearing.context = (struct kind_context){
		.look = look, .probe = probe, .history = judge->history, .graph = &hearing.graph
	};
	hearing.waived = calloc(look->task_count + 1, 1);
	err = hearing.waived ? hearing_judge(&hearing, &findings) : -ENOMEM;
	if (!err) {
		hearing_count(&hearing);
		seen_deinit(&judge->seen);
		judge->seen = hearing.seen;
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
		seen_deinit(&hearing.seen);
	}
	explanation_deinit(&hearing.explanation);
	free(hearing.waived);
	graph_deinit(&hearing.graph);
	return err;
}
