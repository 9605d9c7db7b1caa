/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/metrics.h"
#include "report/report.h"
#include "report/usage.h"
#include "sample_deadlock.h"

static char *written(const struct run_summary *summary)
{
	const struct usage usage = { .cpu_ns = 1500000000, .resident_bytes = 4096 };
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	metrics_write(out, summary, &usage);
	fclose(out);
	return text;
}

static void expect_line(const char *text, const char *line)
{
	const char *found = strstr(text, line);

	cr_expect(found && (found == text || found[-1] == '\n') && found[strlen(line)] == '\n',
		  "no line \"%s\" in:\n%s", line, text);
}

Test(metrics, say_what_the_look_found)
{
	struct judge_stats stats = sample_stats();
	struct deadlock *deadlock = sample_two_locks();
	const struct run_summary summary = {
		.stats = &stats,
		.active = &deadlock,
		.active_count = 1,
		.look_wall_ns = 1769860800 * SAMPLE_NS + 5,
		.resyncs = 2,
	};

	stats.deadlocked = 3;
	stats.asked[COST_TABLE] = 7;
	char *text = written(&summary);

	expect_line(text, "dltrace_build_info{version=\"" DLTRACE_VERSION "\"} 1");
	expect_line(text, "dltrace_deadlocks_active{verdict=\"cycle\"} 1");
	expect_line(text, "dltrace_deadlocks_detected_total{verdict=\"cycle\"} 1");
	expect_line(text, "dltrace_deadlocked_tasks 3");
	expect_line(text, "dltrace_blocked_tasks{kind=\"mutex\"} 3");
	expect_line(text, "dltrace_longest_wait_seconds{kind=\"mutex\"} 12.000");
	expect_line(text, "dltrace_open_waits{reason=\"timed\"} 9");
	expect_line(text, "dltrace_last_look_timestamp_seconds 1769860800.000000005");
	expect_line(text, "dltrace_look_duration_seconds 0.001500000");
	expect_line(text, "dltrace_resyncs_total 2");
	expect_line(text, "dltrace_questions_total{cost=\"table\"} 7");
	expect_line(text, "dltrace_questions_needless_total 0");
	expect_line(text, "dltrace_cpu_seconds_total 1.500000000");
	expect_line(text, "dltrace_resident_memory_bytes 4096");
	expect_line(text, "dltrace_deadlock_info{id=\"09f0c2d11a86be34\",verdict=\"cycle\","
			  "processes=\"python3[100] python3[101]\"} 1");
	expect_line(text, "dltrace_deadlock_info_dropped 0");
	free(text);
	deadlock_free(deadlock);
}

Test(metrics, have_all_verdicts_also_when_nothing_stands)
{
	struct judge_stats stats = sample_stats();
	const struct run_summary summary = { .stats = &stats };
	char *text = written(&summary);

	expect_line(text, "dltrace_deadlocks_active{verdict=\"self\"} 0");
	expect_line(text, "dltrace_deadlocks_active{verdict=\"cycle\"} 0");
	expect_line(text, "dltrace_deadlocks_active{verdict=\"dead-owner\"} 0");
	expect_line(text, "dltrace_deadlocks_active{verdict=\"no-waker\"} 0");
	free(text);
}

Test(metrics, list_at_most_16_deadlocks)
{
	struct judge_stats stats = sample_stats();
	struct deadlock *active[20];
	const struct run_summary summary = { .stats = &stats,
					     .active = active,
					     .active_count = 20 };

	for (uint64_t i = 0; i < 20; i++) {
		active[i] = sample_self(WAIT_SEMLOCK);
		active[i]->id = i;
	}
	char *text = written(&summary);
	size_t series = 0;

	for (const char *p = text; (p = strstr(p, "\ndltrace_deadlock_info{")); p++)
		series++;
	cr_expect_eq(series, 16);
	expect_line(text, "dltrace_deadlock_info_dropped 4");
	free(text);
	for (size_t i = 0; i < 20; i++)
		deadlock_free(active[i]);
}

Test(metrics, escape_hostile_names_as_the_format_demands)
{
	struct judge_stats stats = sample_stats();
	struct deadlock *deadlock = sample_self(WAIT_SEMLOCK);
	const struct run_summary summary = {
		.stats = &stats,
		.active = &deadlock,
		.active_count = 1,
	};

	strcpy(deadlock->causes[0].task.name, "a\"\n\x1b\\\xff");
	char *text = written(&summary);

	expect_line(text, "dltrace_deadlock_info{id=\"09f0c2d11a86be34\",verdict=\"self\","
			  "processes=\"a\\\"\\\\x0a\\\\x1b\\\\\\\\xff[100]\"} 1");
	free(text);
	deadlock_free(deadlock);
}

Test(metrics, accumulate_the_buckets_of_a_histogram)
{
	struct judge_stats stats = sample_stats();
	struct durations durations[WAIT_KIND_COUNT] = {
		[WAIT_MUTEX] = { .buckets = { [0] = 1, [10] = 2, [DURATION_BUCKETS - 1] = 4 },
				 .sum_ns = 5 * SAMPLE_NS },
	};
	const struct run_summary summary = { .stats = &stats, .durations = durations };
	char *text = written(&summary);

#define BUCKET "dltrace_wait_duration_seconds_bucket{kind=\"mutex\",le="
	expect_line(text, BUCKET "\"0.000001\"} 1");
	expect_line(text, BUCKET "\"0.262144\"} 1");
	expect_line(text, BUCKET "\"1.048576\"} 3");
	expect_line(text, BUCKET "\"+Inf\"} 7");
	expect_line(text, "dltrace_wait_duration_seconds_sum{kind=\"mutex\"} 5.000000000");
	expect_line(text, "dltrace_wait_duration_seconds_count{kind=\"mutex\"} 7");
	free(text);
}

Test(metrics, count_events_by_type_and_losses_by_reason)
{
	struct judge_stats stats = sample_stats();
	const struct tally events[] = { { "wait", 5 }, { "exit", 6 }, { 0 } };
	const struct tally lost[] = { { "ringbuf_full", 7 }, { 0 } };
	const struct run_summary summary = {
		.stats = &stats,
		.events = events,
		.events_lost = lost,
	};
	char *text = written(&summary);

	expect_line(text, "dltrace_events_total{type=\"wait\"} 5");
	expect_line(text, "dltrace_events_total{type=\"exit\"} 6");
	expect_line(text, "dltrace_events_lost_total{reason=\"ringbuf_full\"} 7");
	cr_expect_null(strstr(text, "read_errors"), "what is not known is left out");
	free(text);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

Test(metrics, have_no_series_twice)
{
	struct judge_stats stats = sample_stats();
	struct durations durations[WAIT_KIND_COUNT] = { 0 };
	const struct run_summary summary = { .stats = &stats, .durations = durations };
	char *text = written(&summary);
	char *series[1000];
	size_t count = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		cr_assert(count < 1000);
		if (*line == '#')
			continue;
		*strrchr(line, ' ') = '\0';
		series[count++] = line;
	}
	qsort(series, count, sizeof(*series), compare_lines);
	for (size_t i = 1; i < count; i++)
		cr_expect_str_neq(series[i - 1], series[i]);
	free(text);
}
