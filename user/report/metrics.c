/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One function a family, all listed in one table in the order of the file: a
 * family's samples are contiguous behind its HELP and TYPE, as the format
 * demands. No sample has a timestamp (node_exporter refuses the whole file for
 * one), every number is printed from integers (a locale's decimal comma would
 * be refused too), and every label that is not a constant is escaped.
 */
#include "report/metrics.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/format.h"
#include "report/printable.h"
#include "report/report.h"
#include "report/usage.h"

#define INFO_SERIES    16
#define INFO_PROCESSES 8

struct metrics {
	FILE *out;
	const struct run_summary *summary;
	const struct usage *usage;
};

static void family(const struct metrics *m, const char *name, const char *type, const char *help)
{
	fprintf(m->out, "# HELP dltrace_%s %s\n# TYPE dltrace_%s %s\n", name, help, name, type);
}

static void single(const struct metrics *m, const char *name, uint64_t value)
{
	fprintf(m->out, "dltrace_%s %" PRIu64 "\n", name, value);
}

static void single_seconds(const struct metrics *m, const char *name, uint64_t ns)
{
	fprintf(m->out, "dltrace_%s %s\n", name, format_exact_seconds(ns).text);
}

/* The label's value must be a constant. */
static void labelled(const struct metrics *m, const char *name, const char *label,
		     const char *value, uint64_t count)
{
	fprintf(m->out, "dltrace_%s{%s=\"%s\"} %" PRIu64 "\n", name, label, value, count);
}

/* The only escapes that the format knows; a newline cannot be in printable text. */
static void write_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' || *text == '"')
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void build_info(const struct metrics *m)
{
	family(m, "build_info", "gauge", "Version of dltrace, always 1.");
	labelled(m, "build_info", "version", DLTRACE_VERSION, 1);
}

static void deadlocks_active(const struct metrics *m)
{
	uint64_t active[VERDICTS] = { 0 };

	for (size_t i = 0; i < m->summary->active_count; i++)
		active[m->summary->active[i]->verdict]++;
	family(m, "deadlocks_active", "gauge", "Deadlocks that stand now.");
	for (size_t i = 0; i < VERDICTS; i++)
		labelled(m, "deadlocks_active", "verdict", verdict_name[i], active[i]);
}

static void deadlocks_detected(const struct metrics *m)
{
	family(m, "deadlocks_detected_total", "counter", "Deadlocks found since the start.");
	for (size_t i = 0; i < VERDICTS; i++)
		labelled(m, "deadlocks_detected_total", "verdict", verdict_name[i],
			 m->summary->stats->detected[i]);
}

static void deadlocked_tasks(const struct metrics *m)
{
	family(m, "deadlocked_tasks", "gauge",
	       "Tasks that can never go on: causes and victims of what stands now.");
	single(m, "deadlocked_tasks", m->summary->stats->deadlocked);
}

static void open_waits(const struct metrics *m)
{
	family(m, "open_waits", "gauge", "Waits that something may still end, by first reason.");
	for (size_t i = 0; i < OPEN_REASONS; i++)
		labelled(m, "open_waits", "reason", open_reason_name[i],
			 m->summary->stats->open[i]);
}

static void longest_wait(const struct metrics *m)
{
	family(m, "longest_wait_seconds", "gauge", "Age of the oldest wait.");
	for (size_t i = WAIT_NONE + 1; i < WAIT_KIND_COUNT; i++)
		fprintf(m->out, "dltrace_longest_wait_seconds{kind=\"%s\"} %s\n", wait_kind_name[i],
			format_seconds(m->summary->stats->longest_ns[i]).text);
}

static void blocked_tasks(const struct metrics *m)
{
	family(m, "blocked_tasks", "gauge", "Tasks that are blocked in a system call.");
	for (size_t i = WAIT_NONE + 1; i < WAIT_KIND_COUNT; i++)
		labelled(m, "blocked_tasks", "kind", wait_kind_name[i],
			 m->summary->stats->blocked_by_kind[i]);
}

static void wait_duration_kind(const struct metrics *m, const char *kind,
			       const struct durations *durations)
{
	uint64_t count = 0, bound_us = 1;

	/* The last bucket has no bound of its own: it is +Inf. */
	for (size_t i = 0; i < DURATION_BUCKETS; i++, bound_us *= 4) {
		count += durations->buckets[i];
		if (i + 1 == DURATION_BUCKETS)
			break;
		fprintf(m->out,
			"dltrace_wait_duration_seconds_bucket{kind=\"%s\",le=\"%" PRIu64
			".%06" PRIu64 "\"} %" PRIu64 "\n",
			kind, bound_us / 1000000, bound_us % 1000000, count);
	}
	fprintf(m->out,
		"dltrace_wait_duration_seconds_bucket{kind=\"%s\",le=\"+Inf\"} %" PRIu64 "\n"
		"dltrace_wait_duration_seconds_sum{kind=\"%s\"} %s\n"
		"dltrace_wait_duration_seconds_count{kind=\"%s\"} %" PRIu64 "\n",
		kind, count, kind, format_exact_seconds(durations->sum_ns).text, kind, count);
}

static void wait_duration(const struct metrics *m)
{
	if (!m->summary->durations)
		return;
	family(m, "wait_duration_seconds", "histogram", "How long ended waits took.");
	for (size_t i = WAIT_NONE + 1; i < WAIT_KIND_COUNT; i++)
		wait_duration_kind(m, wait_kind_name[i], &m->summary->durations[i]);
}

/* "python3[12] python3[13]": the processes of the causes, each once. */
static void write_processes(FILE *out, const struct deadlock *deadlock)
{
	size_t written = 0;

	for (size_t i = 0; i < deadlock->cause_count; i++) {
		const struct look_task *task = &deadlock->causes[i].task;
		bool seen = false;

		for (size_t j = 0; j < i && !seen; j++)
			seen = deadlock->causes[j].task.pid == task->pid;
		if (seen)
			continue;
		if (written == INFO_PROCESSES) {
			fputs(" ...", out);
			return;
		}
		fputs(written++ ? " " : "", out);
		write_escaped(out, printable_name(task->name).text);
		fprintf(out, "[%u]", task->pid);
	}
}

static void deadlock_info(const struct metrics *m)
{
	size_t count = m->summary->active_count;
	size_t shown = count < INFO_SERIES ? count : INFO_SERIES;

	family(m, "deadlock_info", "gauge", "A deadlock that stands now, always 1.");
	for (size_t i = 0; i < shown; i++) {
		const struct deadlock *deadlock = m->summary->active[i];

		fprintf(m->out,
			"dltrace_deadlock_info{id=\"%016" PRIx64 "\",verdict=\"%s\",processes=\"",
			deadlock->id, verdict_name[deadlock->verdict]);
		write_processes(m->out, deadlock);
		fputs("\"} 1\n", m->out);
	}
	family(m, "deadlock_info_dropped", "gauge",
	       "Deadlocks that dltrace_deadlock_info has no room for.");
	single(m, "deadlock_info_dropped", count - shown);
}

static void last_look(const struct metrics *m)
{
	family(m, "last_look_timestamp_seconds", "gauge", "When the last look began; 0: never.");
	single_seconds(m, "last_look_timestamp_seconds", m->summary->look_wall_ns);
}

static void look_duration(const struct metrics *m)
{
	family(m, "look_duration_seconds", "gauge", "How long the last look took.");
	single_seconds(m, "look_duration_seconds", m->summary->stats->look_ns);
}

static void tally_family(const struct metrics *m, const char *name, const char *label,
			 const char *help, const struct tally *tallies)
{
	if (!tallies)
		return;
	family(m, name, "counter", help);
	for (; tallies->label; tallies++)
		labelled(m, name, label, tallies->label, tallies->count);
}

static void events(const struct metrics *m)
{
	tally_family(m, "events_total", "type", "Live events received.", m->summary->events);
}

static void events_lost(const struct metrics *m)
{
	tally_family(m, "events_lost_total", "reason",
		     "Live events lost; a look follows each loss.", m->summary->events_lost);
}

static void resyncs(const struct metrics *m)
{
	family(m, "resyncs_total", "counter", "Looks taken because events were lost.");
	single(m, "resyncs_total", m->summary->resyncs);
}

static void read_errors(const struct metrics *m)
{
	tally_family(m, "read_errors_total", "reason", "Reads of the system that failed.",
		     m->summary->read_errors);
}

static void questions(const struct metrics *m)
{
	static const char *const price[COST_LEVELS] = {
		[COST_READ] = "read", [COST_TABLE] = "table", [COST_SEARCH] = "search"
	};
	const struct judge_stats *stats = m->summary->stats;

	family(m, "questions_total", "counter", "Questions about suspects, by what they cost.");
	for (enum cost cost = COST_READ; cost < COST_LEVELS; cost++)
		labelled(m, "questions_total", "cost", price[cost], stats->asked[cost]);
	family(m, "questions_needless_total", "counter",
	       "Dear questions about tasks that cheap ones had cleared: 0.");
	single(m, "questions_needless_total", stats->cleared_asked);
}

static void usage(const struct metrics *m)
{
	family(m, "cpu_seconds_total", "counter", "CPU time that dltrace itself has used.");
	single_seconds(m, "cpu_seconds_total", m->usage->cpu_ns);
	if (!m->usage->resident_bytes)
		return;
	family(m, "resident_memory_bytes", "gauge", "Resident memory of dltrace itself.");
	single(m, "resident_memory_bytes", m->usage->resident_bytes);
}

void metrics_write(FILE *out, const struct run_summary *summary, const struct usage *costs)
{
	static void (*const families[])(const struct metrics *) = {
		build_info,    deadlocks_active, deadlocks_detected, deadlocked_tasks,
		open_waits,    longest_wait,	 blocked_tasks,	     wait_duration,
		deadlock_info, last_look,	 look_duration,	     events,
		events_lost,   resyncs,		 read_errors,	     questions,
		usage,
	};
	const struct metrics metrics = { .out = out, .summary = summary, .usage = costs };

	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		families[i](&metrics);
}
