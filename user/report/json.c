/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON Lines: one object a line, schema 1. Keys are only ever added to a schema.
 *
 *	{"schema":1,"type":"deadlock","id":"9f0c2d11a86be340","verdict":"cycle", ...,
 *	 "tasks":[{"pid":7528,"tid":7528,"comm":"python3","start_time_ns":...,"switches":31,
 *	           "role":"cause","wait":{"kind":"semlock","syscall":"futex",...},
 *	           "waits_for":[{"pid":7529,"tid":7529,"comm":"python3","state":"alive",
 *	                         "relation":"holds","evidence":[{"source":"memory",...}]}]}],
 *	 "victims":[...],"victim_count":1,"advice":"..."}
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/wait.h>

#include "core/cleanup.h"
#include "core/kind.h"
#include "report/advice_line.h"
#include "report/format.h"
#include "report/json_coroutines.h"
#include "report/json_evidence.h"
#include "report/json_line.h"
#include "report/json_stack.h"
#include "report/report.h"
#include "report/sentence.h"

/* Its numbers in its own PID namespace, if they are others than those in dltrace's. */
static void add_namespace(struct json_line *line, struct json_object *to, uint32_t pid,
			  uint32_t tid, uint32_t ns_pid, uint32_t ns_tid)
{
	if (!ns_pid || (ns_pid == pid && ns_tid == tid))
		return;
	json_add_number(line, to, "ns_pid", ns_pid);
	json_add_number(line, to, "ns_tid", ns_tid);
}

static void add_identity(struct json_line *line, struct json_object *to,
			 const struct look_task *task)
{
	json_add_number(line, to, "pid", task->pid);
	json_add_number(line, to, "tid", task->tid);
	add_namespace(line, to, task->pid, task->tid, task->ns_pid, task->ns_tid);
	json_add_bytes(line, to, "comm", task->name, sizeof(task->name));
	json_add_number(line, to, "start_time_ns", task->start_ns);
}

static void add_id(struct json_line *line, const struct deadlock *deadlock)
{
	char id[sizeof("0123456789abcdef")];

	snprintf(id, sizeof(id), "%016" PRIx64, deadlock->id);
	json_add_text(line, line->root, "id", id);
	json_add_text(line, line->root, "verdict", verdict_name[deadlock->verdict]);
}

static struct json_object *add_party(struct json_line *line, struct json_object *to,
				     const struct party *party)
{
	struct json_object *item = json_add_object(line, to, NULL);

	if (*party->group) {
		json_add_bytes(line, item, "group", party->group, sizeof(party->group));
		json_add_number(line, item, "count", party->group_count);
		json_add_text(line, item, "relation", relation_name[party->relation]);
		return item;
	}
	if (party->pid)
		json_add_number(line, item, "pid", party->pid);
	if (party->tid)
		json_add_number(line, item, "tid", party->tid);
	add_namespace(line, item, party->pid, party->tid, party->ns_pid, party->ns_tid);
	if (*party->name)
		json_add_bytes(line, item, "comm", party->name, sizeof(party->name));
	if (party->is_process)
		json_add_bool(line, item, "process", true); /* any thread of it, not tid alone */
	json_add_text(line, item, "state", party_state_name[party->state]);
	json_add_text(line, item, "relation", relation_name[party->relation]);
	if (*party->since)
		json_add_bytes(line, item, "since", party->since, sizeof(party->since));
	return item;
}

static void add_cause(struct json_line *line, struct json_object *to, const struct cause *cause,
		      uint64_t now_ns)
{
	const struct look_task *task = &cause->task;
	struct json_object *item = json_add_object(line, to, NULL);

	add_identity(line, item, task);
	json_add_number(line, item, "switches", task->switches);
	json_add_text(line, item, "role", "cause");

	struct json_object *wait = json_add_object(line, item, "wait");

	json_add_text(line, wait, "kind", wait_kind_name[cause->kind]);
	json_add_text(line, wait, "syscall", call_name(task->call));
	json_add_bytes(line, wait, "object", cause->object, sizeof(cause->object));
	if (*cause->name)
		json_add_bytes(line, wait, "name", cause->name, sizeof(cause->name));
	json_add_seconds(line, wait, "since_s", elapsed(cause->since_ns, now_ns));
	json_add_bool(line, wait, "timed", cause->timed);
	json_add_text(line, wait, "need", cause->need_all ? "all" : "any");

	struct json_object *waits_for = json_add_array(line, item, "waits_for");

	for (size_t i = 0; i < cause->waits_for_count; i++) {
		const struct party *party = &cause->waits_for[i];
		struct json_object *edge = add_party(line, waits_for, party);
		struct json_object *evidence = json_add_array(line, edge, "evidence");

		json_add_call(line, evidence, task);
		for (size_t j = 0; j < party->evidence.count; j++)
			json_add_evidence(line, evidence, &party->evidence.items[j]);
	}
	json_add_stack(line, item, cause->stack, cause->stack_count, cause->stack_missing);
	json_add_coroutines(line, item, &cause->coroutines);
}

static void add_victim(struct json_line *line, struct json_object *to, const struct victim *victim,
		       uint64_t now_ns)
{
	struct json_object *item = json_add_object(line, to, NULL);

	add_identity(line, item, &victim->task);

	struct json_object *wait = json_add_object(line, item, "wait");

	json_add_text(line, wait, "kind", wait_kind_name[victim->kind]);
	json_add_text(line, wait, "syscall", call_name(victim->task.call));
	json_add_seconds(line, wait, "since_s", elapsed(victim->since_ns, now_ns));
	add_party(line, json_add_array(line, item, "waits_for"), &victim->waits_for);
	json_add_stack(line, item, victim->stack, victim->stack_count, victim->stack_missing);
}

/* CLOCK_REALTIME of a moment that is not after the finding. */
static uint64_t wall_of(const struct deadlock *deadlock, uint64_t ns)
{
	return elapsed(elapsed(ns, deadlock->found_ns), deadlock->found_wall_ns);
}

/* Who died, as far as history knows. */
static void add_died(struct json_line *line, const struct deadlock *deadlock)
{
	int status = (int)deadlock->dead.exit_code;

	if (!deadlock->dead.pid && !deadlock->dead.tid)
		return;

	struct json_object *died = json_add_object(line, line->root, "died");

	if (deadlock->dead.pid)
		json_add_number(line, died, "pid", deadlock->dead.pid);
	if (deadlock->dead.tid)
		json_add_number(line, died, "tid", deadlock->dead.tid);
	if (*deadlock->dead.name)
		json_add_bytes(line, died, "comm", deadlock->dead.name,
			       sizeof(deadlock->dead.name));
	if (deadlock->dead.ended_ns)
		json_add_text(line, died, "time",
			      format_time(wall_of(deadlock, deadlock->dead.ended_ns)).text);
	if (!deadlock->dead.exit_known)
		return;
	if (WIFSIGNALED(status))
		json_add_signed(line, died, "signal", WTERMSIG(status));
	else
		json_add_signed(line, died, "exit_code", WEXITSTATUS(status));
}

/* Whose end would set the most tasks free; 0 of them if nobody's would. */
static void add_release(struct json_line *line, const struct deadlock *deadlock)
{
	const struct release *release = &deadlock->release;

	if (!release->known)
		return;

	struct json_object *item = json_add_object(line, line->root, "would_free");

	if (release->tasks) {
		json_add_number(line, item, "pid", release->pid);
		json_add_number(line, item, "tid", release->pid);
		json_add_bytes(line, item, "comm", release->name, sizeof(release->name));
	}
	json_add_number(line, item, "tasks", release->tasks);
}

static int json_deadlock(const struct output *output, const struct deadlock *deadlock)
{
	_cleanup_free_ char *sentence = sentence_new(deadlock);
	_cleanup_free_ char *advice = advice_line_new(deadlock);
	size_t victims = deadlock->victims_listed;
	struct json_line line;

	if (!sentence || !advice)
		return -ENOMEM;
	if (victims > VICTIMS_LISTED)
		victims = VICTIMS_LISTED;
	json_line_begin(&line, "deadlock");
	add_id(&line, deadlock);
	json_add_text(&line, line.root, "certainty", certainty_name[deadlock->certainty]);
	json_add_text(&line, line.root, "time", format_time(deadlock->found_wall_ns).text);
	json_add_seconds(&line, line.root, "stuck_for_s",
			 elapsed(deadlock->since_ns, deadlock->found_ns));
	json_add_text(&line, line.root, "summary", sentence);

	struct json_object *list = json_add_array(&line, line.root, "tasks");

	for (size_t i = 0; i < deadlock->cause_count; i++)
		add_cause(&line, list, &deadlock->causes[i], deadlock->found_ns);
	add_died(&line, deadlock);
	list = json_add_array(&line, line.root, "victims");
	for (size_t i = 0; i < victims; i++)
		add_victim(&line, list, &deadlock->victims[i], deadlock->found_ns);
	json_add_number(&line, line.root, "victim_count", deadlock->victim_count);
	json_add_text(&line, line.root, "advice", advice);
	add_release(&line, deadlock);
	return json_line_write(&line, output);
}

static int json_resolved(const struct output *output, const struct deadlock *deadlock,
			 const struct moment *now)
{
	struct json_line line;

	json_line_begin(&line, "resolved");
	add_id(&line, deadlock);
	json_add_text(&line, line.root, "time", format_time(now->wall_ns).text);
	json_add_seconds(&line, line.root, "after_s", elapsed(deadlock->since_ns, now->ns));
	return json_line_write(&line, output);
}

static void add_link(struct json_line *line, struct json_object *to, const struct chain_link *link,
		     bool is_last, uint64_t now_ns)
{
	struct json_object *item = json_add_object(line, to, NULL);

	add_identity(line, item, &link->task);
	if (link->kind == WAIT_NONE) {
		json_add_text(line, item, "state",
			      link->task.flags & TASK_DEAD ? "zombie" : "running");
	} else {
		struct json_object *wait = json_add_object(line, item, "wait");

		json_add_text(line, wait, "kind", wait_kind_name[link->kind]);
		json_add_text(line, wait, "syscall", call_name(link->task.call));
		json_add_bytes(line, wait, "object", link->object, sizeof(link->object));
		if (link->since_ns) /* when it was stopped nobody noted */
			json_add_seconds(line, wait, "since_s", elapsed(link->since_ns, now_ns));
	}
	if (link->task.flags & TASK_STOPPED && link->task.stop_signal)
		json_add_number(line, item, "stop_signal", link->task.stop_signal);
	if (!is_last)
		json_add_text(line, item, "relation", relation_name[link->relation]);
	else if (link->open)
		json_add_text(line, item, "open", open_reason_name[__builtin_ctz(link->open)]);
}

static int json_chain(const struct output *output, const struct chain *chain,
		      const struct moment *now)
{
	struct json_line line;

	json_line_begin(&line, chain->bystanders ? "stalled" : "chain");
	json_add_text(&line, line.root, "time", format_time(now->wall_ns).text);
	if (chain->bystanders)
		json_add_number(&line, line.root, "bystanders", chain->bystanders);

	struct json_object *list = json_add_array(&line, line.root, "tasks");

	for (size_t i = 0; i < chain->count; i++)
		add_link(&line, list, &chain->links[i], i + 1 == chain->count, now->ns);
	json_add_coroutines(&line, line.root, &chain->coroutines);
	return json_line_write(&line, output);
}

static int json_summary(const struct output *output, const struct run_summary *summary)
{
	const struct judge_stats *stats = summary->stats;
	struct json_line line;

	json_line_begin(&line, "summary");
	json_add_text(&line, line.root, "version", DLTRACE_VERSION);
	json_add_number(&line, line.root, "deadlocks", summary->deadlocks);
	json_add_number(&line, line.root, "tasks", stats->tasks);
	json_add_number(&line, line.root, "blocked", stats->blocked);
	json_add_number(&line, line.root, "looks", stats->looks);
	json_add_number(&line, line.root, "events_lost", tally_sum(summary->events_lost));

	struct json_object *open = json_add_object(&line, line.root, "open");

	for (size_t i = 0; i < OPEN_REASONS; i++) {
		if (stats->open[i])
			json_add_number(&line, open, open_reason_name[i], stats->open[i]);
	}

	struct json_object *incomplete = json_add_array(&line, line.root, "incomplete");

	for (size_t i = 0; i < INCOMPLETE_REASONS; i++) {
		if (stats->incomplete & 1ull << i)
			json_add_text(&line, incomplete, NULL, incomplete_name[i]);
	}
	if (summary->scoped) {
		struct json_object *scope = json_add_object(&line, line.root, "scope");

		json_add_number(&line, scope, "processes", stats->scope_processes);
		json_add_number(&line, scope, "tasks", stats->scope_tasks);
		json_add_number(&line, scope, "ignorance", stats->scope_ignorance);
	}
	if (summary->lost_since_wall_ns) {
		json_add_number(&line, line.root, "resyncs", summary->resyncs);
		json_add_text(&line, line.root, "incomplete_since",
			      format_time(summary->lost_since_wall_ns).text);
	}
	if (summary->interval_ns)
		json_add_seconds(&line, line.root, "interval_s", summary->interval_ns);
	json_add_seconds(&line, line.root, "elapsed_s", summary->elapsed_ns);
	return json_line_write(&line, output);
}

const struct reporter json_reporter = {
	.deadlock = json_deadlock,
	.resolved = json_resolved,
	.chain = json_chain,
	.summary = json_summary,
};
