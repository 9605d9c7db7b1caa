/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/fold.h"
#include "report/format.h"
#include "report/report.h"
#include "sample_deadlock.h"

static const struct moment now = {
	.ns = 1000 * SAMPLE_NS,
	.wall_ns = 1769860800 * SAMPLE_NS,
};

/* What `report` (which uses `output`) wrote; malloc'ed. */
#define WRITTEN(use_color, report)                                \
	({                                                        \
		char *text_ = NULL;                               \
		size_t length_ = 0;                               \
		struct output output = {                          \
			.file = open_memstream(&text_, &length_), \
			.color = (use_color),                     \
		};                                                \
		cr_assert((report) == 0);                         \
		fclose(output.file);                              \
		text_;                                            \
	})

static void expect_contains(const char *text, const char *part)
{
	cr_expect(strstr(text, part), "no \"%s\" in:\n%s", part, text);
}

static void expect_narrow(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		cr_expect(length < 80, "%zu columns: %.*s", length, (int)length, text);
		text += length + (text[length] == '\n');
	}
}

Test(text, deadlock_begins_with_the_finding_and_ends_with_advice)
{
	struct deadlock *deadlock = sample_two_locks();
	char *text = WRITTEN(false, text_reporter.deadlock(&output, deadlock));

	cr_expect(strncmp(text, "deadlock: python3[100] and python3[101] each wait ", 50) == 0);
	expect_contains(text, "cycle, proven; stuck for 12.4 s, since 2026-01-31T11:59:47.723Z");
	expect_contains(text, "id 09f0c2d11a86be34");
	expect_contains(text, "python3[100] has waited 12.4 s in futex (semlock)\n");
	expect_contains(text, "held by python3[101]\n");
	expect_contains(text, "- memory of 101 at 0x7f48d3e09d40: 01000000, SemLock.count is 1\n");
	expect_contains(text, "- mappers of inode 6: kernel 3, found 3");
	expect_contains(text, "- /proc/101/fd/4: pipe:[77], the write end\n");
	expect_contains(text, "- exit of 99, who died\n");
	expect_contains(text, "python3[200] waits for child python3[100]\n");
	expect_contains(text, "\n  advice: take the locks in the same order everywhere\n");
	expect_narrow(text);
	free(text);
	deadlock_free(deadlock);
}

Test(text, frames_inside_the_interpreter_are_left_out)
{
	struct deadlock *deadlock = sample_two_places();

	sample_frame(deadlock, 0, "PyEval_EvalCode", "", 0, "python3.11");
	sample_frame(deadlock, 0, "embed", "", 0, "server");

	char *text = WRITTEN(false, text_reporter.deadlock(&output, deadlock));

	expect_contains(text, "sem_wait in libc.so.6\n");
	expect_contains(text, "embed in server\n");
	cr_expect(!strstr(text, "PyEval_EvalCode"), "%s", text);
	free(text);
	deadlock_free(deadlock);
}

Test(text, places_names_and_callers_are_told)
{
	struct deadlock *deadlock = sample_two_places();
	char *text = WRITTEN(false, text_reporter.deadlock(&output, deadlock));

	cr_expect(strncmp(text,
			  "deadlock: python3[100] waits for account_lock, which python3[101] "
			  "holds, and\n          python3[101] waits for log_lock, which "
			  "python3[100] holds\n",
			  130) == 0,
		  "%s", text);
	expect_contains(text, "  python3[100] in deposit at bank.py:9\n"
			      "    has waited 12.4 s in futex (semlock)\n"
			      "    for account_lock, semaphore 0x7f48d49ea000 ");
	expect_contains(text, "  python3[101] at\n        sem_wait in libc.so.6\n");
	expect_contains(text, "      > withdraw, bank.py:21\n        run, process.py:108\n");
	expect_contains(text, "\n          ending python3[100] would let 1 other task go on\n");
	expect_narrow(text);
	free(text);
	deadlock_free(deadlock);
}

Test(text, where_the_holder_took_it_is_told)
{
	struct deadlock *deadlock = sample_two_places();
	char *text = WRITTEN(false, text_reporter.deadlock(&output, deadlock));

	expect_contains(text, "    held by python3[101]\n      since withdraw at bank.py:19\n");
	free(text);
	deadlock_free(deadlock);
}

Test(text, advice_is_last_and_the_proof_before_it)
{
	struct deadlock *deadlock = sample_two_places();
	char *text = WRITTEN(false, text_reporter.deadlock(&output, deadlock));
	const char *ring = strstr(text, "held by"), *behind = strstr(text, "stuck behind");
	const char *proof = strstr(text, "- memory of"), *advice = strstr(text, "advice:");

	cr_expect(ring < behind && behind < proof && proof < advice);
	free(text);
	deadlock_free(deadlock);
}

Test(text, the_proof_tells_nothing_twice)
{
	struct deadlock *deadlock = sample_two_locks();
	const struct evidence word = { .source = EVIDENCE_HISTORY, .value = "told once" };

	sample_evidence(&deadlock->causes[0].waits_for[0], &word);
	sample_evidence(sample_edge(deadlock, 0, 105, RELATION_MAY_POST), &word);

	char *text = WRITTEN(false, text_reporter.deadlock(&output, deadlock));
	char *first = strstr(text, "told once");

	cr_assert(first);
	cr_expect_null(strstr(first + 1, "told once"));
	free(text);
	deadlock_free(deadlock);
}

Test(text, causes_that_share_a_fact_share_its_line)
{
	struct deadlock *deadlock = sample_two_locks();
	char *text = WRITTEN(false, text_reporter.deadlock(&output, deadlock));
	char *first = strstr(text, "exit of 99");

	cr_assert(first);
	cr_expect_null(strstr(first + 1, "exit of 99"));
	expect_contains(text, "of python3[101]\n      - and 4 of the facts above\n");
	free(text);
	deadlock_free(deadlock);
}

Test(text, causes_at_the_same_place_share_their_stack)
{
	struct deadlock *deadlock = sample_two_locks();

	for (size_t i = 0; i < 2; i++) {
		deadlock->causes[i].task.pid = 100;
		sample_frame(deadlock, i, "dine", "table.c", 20, "table");
	}

	char *text = WRITTEN(false, text_reporter.deadlock(&output, deadlock));

	expect_contains(text, "python3[100] thread 101 at the same as the main thread\n");
	free(text);
	deadlock_free(deadlock);
}

Test(text, tasks_of_an_event_loop_are_told)
{
	struct deadlock *deadlock = sample_event_loop();
	char *text = WRITTEN(false, text_reporter.deadlock(&output, deadlock));

	expect_contains(text, "deadlock: python3[100] runs an event loop whose 2 tasks wait for "
			      "each other\n");
	expect_contains(text, "    task payer in pay at till.py:10\n"
			      "      waits for Lock ledger, held by task auditor\n");
	expect_contains(text, "  task auditor in audit at till.py:30\n"
			      "        Lock.acquire, locks.py:120\n"
			      "      > audit, till.py:30\n");
	expect_contains(text, "advice: nothing is left that could wake up the event loop");
	expect_narrow(text);
	free(text);
	deadlock_free(deadlock);
}

Test(text, tasks_whose_holder_is_known_are_told_first)
{
	struct coroutine_frame items[9] = { 0 };
	struct deadlock *deadlock = sample_self(WAIT_EPOLL);

	for (uint64_t i = 0; i < 9; i++) {
		items[i].task = i;
		strcpy(items[i].name, i == 8 ? "last" : "other");
		strcpy(items[i].holder, i == 8 ? "other" : "");
	}
	cr_assert_eq(coroutines_take(items, 9, &deadlock->causes[0].coroutines), 0);

	char *text = WRITTEN(false, text_reporter.deadlock(&output, deadlock));
	char *last = strstr(text, "task last"), *other = strstr(text, "    task other");

	cr_expect(last && other && last < other);
	expect_contains(text, "    and 4 more tasks (in --json)\n");
	free(text);
	deadlock_free(deadlock);
}

Test(text, whoever_waits_for_itself_is_told_so)
{
	struct deadlock *deadlock = sample_self(WAIT_MUTEX);
	char *text = WRITTEN(false, text_reporter.deadlock(&output, deadlock));

	expect_contains(text, "held by itself\n");
	free(text);
	deadlock_free(deadlock);
}

Test(text, long_objects_fold)
{
	struct deadlock *deadlock = sample_self(WAIT_MUTEX);
	const struct evidence mutex = {
		.source = EVIDENCE_MEMORY,
		.length = OBJECT_LEN,
		.pid = 100,
		.address = 0x7f48d3e09d40,
		.meaning = "the mutex, as it is",
	};

	sample_evidence(&deadlock->causes[0].waits_for[0], &mutex);
	char *text = WRITTEN(false, text_reporter.deadlock(&output, deadlock));

	expect_narrow(text);
	free(text);
	deadlock_free(deadlock);
}

Test(text, few_of_many_victims_are_shown)
{
	struct deadlock *deadlock = sample_self(WAIT_SEMLOCK);

	sample_victims(deadlock, 1000);
	char *text = WRITTEN(false, text_reporter.deadlock(&output, deadlock));

	expect_contains(text, "stuck behind them: 1000\n");
	expect_contains(text, "python3[204] waits");
	expect_contains(text, "    and 995 more\n");
	cr_expect_null(strstr(text, "python3[205]"));
	free(text);
	deadlock_free(deadlock);
}

Test(text, groups_are_counted)
{
	struct deadlock *deadlock = sample_no_waker(3);
	char *text = WRITTEN(false, text_reporter.deadlock(&output, deadlock));

	expect_contains(text, "could be posted by mappers of inode 6 (3)\n");
	free(text);
	deadlock_free(deadlock);
}

Test(text, colour_only_if_told)
{
	struct deadlock *deadlock = sample_two_locks();
	char *plain = WRITTEN(false, text_reporter.deadlock(&output, deadlock));
	char *coloured = WRITTEN(true, text_reporter.deadlock(&output, deadlock));

	cr_expect_null(strchr(plain, '\033'));
	expect_contains(coloured, "\033[1;31mdeadlock:\033[0m ");
	free(plain);
	free(coloured);
	deadlock_free(deadlock);
}

Test(text, colour_auto_is_off_for_a_file_and_always_is_on)
{
	FILE *file = tmpfile();
	struct output output;

	output_init(&output, file, COLOR_AUTO);
	cr_expect_not(output.color);
	output_init(&output, file, COLOR_ALWAYS);
	cr_expect(output.color);
	output_init(&output, file, COLOR_NEVER);
	cr_expect_not(output.color);
	fclose(file);
}

Test(text, no_control_byte_reaches_the_terminal)
{
	struct deadlock *deadlock = sample_two_locks();
	static const char hostile[] = "\x1b[31m\r\n\x07\xff\xe2\x80\xae";

	strcpy(deadlock->causes[0].task.name, hostile);
	strcpy(deadlock->causes[0].object, hostile);
	strcpy(deadlock->causes[0].waits_for[0].name, hostile);
	strcpy(deadlock->causes[0].waits_for[0].evidence.items[2].value, hostile);
	strcpy(deadlock->victims[0].task.name, hostile);
	char *text = WRITTEN(false, text_reporter.deadlock(&output, deadlock));

	for (const char *p = text; *p; p++)
		cr_expect((unsigned char)*p >= 0x20 || *p == '\n');
	cr_expect_null(strstr(text, "\xe2\x80\xae"));
	cr_expect_null(strchr(text, '\xff'));
	free(text);
	deadlock_free(deadlock);
}

Test(text, resolved_says_after_how_long)
{
	struct deadlock *deadlock = sample_two_locks();
	char *text = WRITTEN(false, text_reporter.resolved(&output, deadlock, &now));

	cr_expect_str_eq(text, "resolved: cycle 09f0c2d11a86be34 is gone after 12.4 s\n");
	free(text);
	deadlock_free(deadlock);
}

Test(text, chain_reads_from_the_waiter_on)
{
	struct chain chain = sample_chain();
	char *text = WRITTEN(false, text_reporter.chain(&output, &chain, &now));

	cr_expect_str_eq(text, "python3[100] waits for child python3[101] (wait4, 12.0 s)\n"
			       "  -> python3[101] sleeps in clock_nanosleep, 1.0 s (timed)\n");
	free(text);
	chain_free(&chain);
}

Test(text, short_chain_is_one_line)
{
	struct chain chain = sample_chain();

	chain.links[1].kind = WAIT_NONE;
	char *text = WRITTEN(false, text_reporter.chain(&output, &chain, &now));

	cr_expect_str_eq(text, "python3[100] waits for child python3[101] (wait4, 12.0 s) -> "
			       "python3[101] runs\n");
	free(text);
	chain_free(&chain);
}

Test(text, unknown_holders_are_told_from_nobody)
{
	struct deadlock *gone = sample_dead_owner(9);
	struct deadlock *left = sample_left_behind();
	char *text = WRITTEN(false, ({
				     text_reporter.deadlock(&output, gone);
				     text_reporter.deadlock(&output, left);
			     }));

	expect_contains(text, "held by somebody, who is gone\n");
	expect_contains(text, "held by somebody, left behind by fork()\n");
	free(text);
	deadlock_free(gone);
	deadlock_free(left);
}

Test(text, large_pools_are_not_listed_whole)
{
	struct deadlock *deadlock = sample_no_waker(100);
	char *text = WRITTEN(false, text_reporter.deadlock(&output, deadlock));

	expect_contains(text, "python3[107] has waited");
	expect_contains(text, "\n  and 92 more like them (all are in --json)\n");
	cr_expect_null(strstr(text, "python3[108]"));
	free(text);
	deadlock_free(deadlock);
}

Test(text, summary_without_deadlock_says_what_is_open)
{
	struct judge_stats stats = sample_stats();
	const struct run_summary summary = { .stats = &stats };
	char *text = WRITTEN(false, text_reporter.summary(&output, &summary));

	cr_expect_str_eq(text, "no deadlock among 412 tasks (17 blocked); left open: timed 9, "
			       "socket 5\n");
	free(text);
}

Test(text, summary_never_hides_what_could_not_be_seen)
{
	struct judge_stats stats = sample_stats();
	const struct tally lost[] = { { "ringbuf_full", 3 }, { 0 } };
	const struct run_summary summary = { .stats = &stats, .deadlocks = 2, .events_lost = lost };

	stats.incomplete = 1 << INCOMPLETE_PRIVILEGE;
	char *text = WRITTEN(false, text_reporter.summary(&output, &summary));

	cr_expect(strncmp(text, "2 deadlocks among", 17) == 0);
	expect_contains(text, "incomplete: privilege");
	expect_contains(text, "events lost: 3\n");
	expect_narrow(text);
	free(text);
}

Test(text, write_errors_are_returned)
{
	struct judge_stats stats = sample_stats();
	const struct run_summary summary = { .stats = &stats };
	const struct output output = { .file = fopen("/dev/full", "r+e") };

	cr_expect_eq(text_reporter.summary(&output, &summary), -ENOSPC);
	fclose(output.file);
}

Test(text, durations_grow_with_their_units)
{
	cr_expect_str_eq(format_duration(0).text, "0.0 s");
	cr_expect_str_eq(format_duration(119 * NS_PER_S + NS_PER_S - 1).text, "119.9 s");
	cr_expect_str_eq(format_duration(303 * NS_PER_S).text, "5 min 3 s");
	cr_expect_str_eq(format_duration(3 * 3600 * NS_PER_S + 12 * 60 * NS_PER_S).text,
			 "3 h 12 min");
	cr_expect_str_eq(format_duration(51 * 3600 * NS_PER_S).text, "2 d 3 h");
	cr_expect_str_eq(format_duration(UINT64_MAX).text, "213503 d 23 h");
}
