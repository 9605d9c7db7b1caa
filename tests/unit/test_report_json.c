/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "report/report.h"
#include "sample_deadlock.h"

static const struct moment now = {
	.ns = 1005 * SAMPLE_NS,
	.wall_ns = 1769860805 * SAMPLE_NS,
};

/* Runs `report` (which uses `output`), and parses what it wrote: one line, strictly JSON. */
#define PARSED(report)                                                               \
	({                                                                           \
		char *text_ = NULL;                                                  \
		size_t length_ = 0;                                                  \
		struct output output = { .file = open_memstream(&text_, &length_) }; \
		cr_assert((report) == 0);                                            \
		fclose(output.file);                                                 \
		struct json_object *parsed_ = parse_line(text_, length_);            \
		free(text_);                                                         \
		parsed_;                                                             \
	})

static struct json_object *parse_line(const char *text, size_t length)
{
	struct json_tokener *tokener = json_tokener_new();

	cr_assert(length > 0 && text[length - 1] == '\n', "%s", text);
	cr_assert(memchr(text, '\n', length) == text + length - 1, "more than a line");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);

	struct json_object *parsed = json_tokener_parse_ex(tokener, text, (int)length - 1);

	cr_assert(parsed, "%s in %s", json_tokener_error_desc(json_tokener_get_error(tokener)),
		  text);
	json_tokener_free(tokener);
	return parsed;
}

/* Follows keys, or indices for arrays ("0"), to the end of the list (NULL). */
static struct json_object *at_path(struct json_object *object, va_list path)
{
	for (const char *key; (key = va_arg(path, const char *));) {
		if (json_object_is_type(object, json_type_array))
			object = json_object_array_get_idx(object, strtoul(key, NULL, 10));
		else
			cr_assert(json_object_object_get_ex(object, key, &object), "no key %s",
				  key);
	}
	return object;
}

static struct json_object *at(struct json_object *object, ...)
{
	va_list path;

	va_start(path, object);
	object = at_path(object, path);
	va_end(path);
	return object;
}

static void expect_text(struct json_object *object, const char *expected, ...)
{
	va_list path;

	va_start(path, expected);
	cr_expect_str_eq(json_object_get_string(at_path(object, path)), expected);
	va_end(path);
}

#define EXPECT(object, expected, ...) expect_text(object, expected, __VA_ARGS__, NULL)

Test(json, deadlock_has_every_key_of_the_schema)
{
	struct deadlock *deadlock = sample_two_locks();
	struct json_object *line = PARSED(json_reporter.deadlock(&output, deadlock));

	EXPECT(line, "1", "schema");
	EXPECT(line, "deadlock", "type");
	EXPECT(line, "09f0c2d11a86be34", "id");
	EXPECT(line, "cycle", "verdict");
	EXPECT(line, "proven", "certainty");
	EXPECT(line, "2026-01-31T12:00:00.123Z", "time");
	EXPECT(line, "12.400", "stuck_for_s");
	EXPECT(line, "100", "tasks", "0", "pid");
	EXPECT(line, "100", "tasks", "0", "tid");
	EXPECT(line, "python3", "tasks", "0", "comm");
	EXPECT(line, "5000000100", "tasks", "0", "start_time_ns");
	EXPECT(line, "cause", "tasks", "0", "role");
	EXPECT(line, "31", "tasks", "0", "switches");
	EXPECT(line, "semlock", "tasks", "0", "wait", "kind");
	EXPECT(line, "futex", "tasks", "0", "wait", "syscall");
	EXPECT(line, "12.400", "tasks", "0", "wait", "since_s");
	EXPECT(line, "false", "tasks", "0", "wait", "timed");
	EXPECT(line, "any", "tasks", "0", "wait", "need");
	EXPECT(line, "101", "tasks", "0", "waits_for", "0", "tid");
	EXPECT(line, "alive", "tasks", "0", "waits_for", "0", "state");
	EXPECT(line, "holds", "tasks", "0", "waits_for", "0", "relation");
	EXPECT(line, "200", "victims", "0", "pid");
	EXPECT(line, "child", "victims", "0", "waits_for", "0", "relation");
	EXPECT(line, "1", "victim_count");
	EXPECT(line, "take the locks in the same order everywhere", "advice");
	json_object_put(line);
	deadlock_free(deadlock);
}

Test(json, evidence_can_be_read_again)
{
	struct deadlock *deadlock = sample_two_locks();
	struct json_object *line = PARSED(json_reporter.deadlock(&output, deadlock));
	struct json_object *list = at(line, "tasks", "0", "waits_for", "0", "evidence", NULL);

	cr_assert_eq(json_object_array_length(list), 5);
	EXPECT(list, "proc", "0", "source");
	EXPECT(list, "/proc/100/task/100/syscall", "0", "path");
	EXPECT(list, "202 0x7f48d49ea000 0x109 0x0 0x0 0x0 0x0", "0", "value");
	EXPECT(list, "waits in futex", "0", "meaning");
	EXPECT(list, "memory", "1", "source");
	EXPECT(list, "101", "1", "pid");
	EXPECT(list, "0x7f48d3e09d40", "1", "address");
	EXPECT(list, "01000000", "1", "bytes");
	EXPECT(list, "SemLock.count is 1", "1", "meaning");
	EXPECT(list, "kernel", "2", "source");
	EXPECT(list, "mappers of inode 6", "2", "what");
	EXPECT(list, "3", "2", "kernel");
	EXPECT(list, "3", "2", "found");
	EXPECT(list, "/proc/101/fd/4", "3", "path");
	EXPECT(list, "pipe:[77]", "3", "value");
	EXPECT(list, "history", "4", "source");
	EXPECT(list, "exit of 99", "4", "value");
	json_object_put(line);
	deadlock_free(deadlock);
}

Test(json, dead_owner_is_gone_without_pid_and_named_where_known)
{
	struct deadlock *deadlock = sample_dead_owner(SIGKILL);
	struct json_object *line = PARSED(json_reporter.deadlock(&output, deadlock));
	struct json_object *party = at(line, "tasks", "0", "waits_for", "0", NULL);

	EXPECT(party, "gone", "state");
	cr_expect_not(json_object_object_get_ex(party, "pid", NULL));
	EXPECT(line, "99", "died", "pid");
	EXPECT(line, "worker", "died", "comm");
	EXPECT(line, "9", "died", "signal");
	json_object_put(line);
	deadlock_free(deadlock);
}

Test(json, group_is_one_waker_with_its_count)
{
	struct deadlock *deadlock = sample_no_waker(3);
	struct json_object *line = PARSED(json_reporter.deadlock(&output, deadlock));
	struct json_object *party = at(line, "tasks", "0", "waits_for", "0", NULL);

	EXPECT(party, "mappers of inode 6", "group");
	EXPECT(party, "3", "count");
	EXPECT(party, "may-post", "relation");
	cr_expect_not(json_object_object_get_ex(party, "state", NULL));
	json_object_put(line);
	deadlock_free(deadlock);
}

Test(json, victims_are_cut_and_counted)
{
	struct deadlock *deadlock = sample_self(WAIT_SEMLOCK);

	sample_victims(deadlock, 1000);
	struct json_object *line = PARSED(json_reporter.deadlock(&output, deadlock));

	cr_expect_eq(json_object_array_length(at(line, "victims", NULL)), VICTIMS_LISTED);
	EXPECT(line, "1000", "victim_count");
	json_object_put(line);
	deadlock_free(deadlock);
}

Test(json, only_tasks_of_another_namespace_have_their_numbers_there)
{
	struct deadlock *deadlock = sample_two_locks();
	struct look_task *task = &deadlock->causes[0].task;

	task->ns_level = 1;
	task->ns_pid = 1;
	task->ns_tid = 7;
	deadlock->causes[1].task.ns_pid = 101;
	deadlock->causes[1].task.ns_tid = 101;
	struct json_object *line = PARSED(json_reporter.deadlock(&output, deadlock));

	EXPECT(line, "1", "tasks", "0", "ns_pid");
	EXPECT(line, "7", "tasks", "0", "ns_tid");
	cr_expect_not(json_object_object_get_ex(at(line, "tasks", "1", NULL), "ns_pid", NULL));
	json_object_put(line);
	deadlock_free(deadlock);
}

Test(json, uncounted_census_is_null)
{
	struct deadlock *deadlock = sample_self(WAIT_SEMLOCK);
	const struct evidence census = { .source = EVIDENCE_KERNEL, .kernel = -1, .found = 3 };

	sample_evidence(&deadlock->causes[0].waits_for[0], &census);
	struct json_object *line = PARSED(json_reporter.deadlock(&output, deadlock));
	struct json_object *item = at(line, "tasks", "0", "waits_for", "0", "evidence", "1", NULL);

	cr_expect_null(at(item, "kernel", NULL));
	EXPECT(item, "3", "found");
	json_object_put(line);
	deadlock_free(deadlock);
}

Test(json, resolved_has_its_four_keys)
{
	struct deadlock *deadlock = sample_two_locks();
	struct json_object *line = PARSED(json_reporter.resolved(&output, deadlock, &now));

	EXPECT(line, "resolved", "type");
	EXPECT(line, "09f0c2d11a86be34", "id");
	EXPECT(line, "cycle", "verdict");
	EXPECT(line, "2026-01-31T12:00:05.000Z", "time");
	EXPECT(line, "17.400", "after_s");
	json_object_put(line);
	deadlock_free(deadlock);
}

Test(json, chain_ends_with_its_first_reason)
{
	struct chain chain = sample_chain();
	struct json_object *line = PARSED(json_reporter.chain(&output, &chain, &now));

	EXPECT(line, "chain", "type");
	EXPECT(line, "wait4", "tasks", "0", "wait", "kind");
	EXPECT(line, "child", "tasks", "0", "relation");
	EXPECT(line, "17.000", "tasks", "0", "wait", "since_s");
	EXPECT(line, "timed", "tasks", "1", "open");
	cr_expect_not(json_object_object_get_ex(at(line, "tasks", "0", NULL), "open", NULL));
	json_object_put(line);
	chain_free(&chain);
}

Test(json, chain_may_end_with_who_runs)
{
	struct chain chain = sample_chain();

	chain.links[1].kind = WAIT_NONE;
	chain.links[1].open = 0;
	struct json_object *line = PARSED(json_reporter.chain(&output, &chain, &now));

	EXPECT(line, "running", "tasks", "1", "state");
	json_object_put(line);
	chain_free(&chain);
}

Test(json, summary_counts_what_was_open_and_names_what_is_missing)
{
	struct judge_stats stats = sample_stats();
	const struct tally lost[] = { { "ringbuf_full", 3 }, { "map_full", 4 }, { 0 } };
	const struct run_summary summary = {
		.stats = &stats,
		.deadlocks = 1,
		.elapsed_ns = 31000000,
		.events_lost = lost,
	};

	stats.incomplete = 1 << INCOMPLETE_EVENTS_LOST | 1 << INCOMPLETE_PRIVILEGE;
	struct json_object *line = PARSED(json_reporter.summary(&output, &summary));

	EXPECT(line, "summary", "type");
	EXPECT(line, "1", "deadlocks");
	EXPECT(line, "412", "tasks");
	EXPECT(line, "17", "blocked");
	EXPECT(line, "2", "looks");
	EXPECT(line, "7", "events_lost");
	EXPECT(line, "9", "open", "timed");
	EXPECT(line, "5", "open", "socket");
	cr_expect_eq(json_object_object_length(at(line, "open", NULL)), 2);
	EXPECT(line, incomplete_name[INCOMPLETE_EVENTS_LOST], "incomplete", "0");
	EXPECT(line, incomplete_name[INCOMPLETE_PRIVILEGE], "incomplete", "1");
	EXPECT(line, "0.031", "elapsed_s");
	json_object_put(line);
}

Test(json, hostile_bytes_never_break_the_line)
{
	unsigned int seed = 20260131;

	cr_log_info("seed %u", seed);
	for (int round = 0; round < 500; round++) {
		struct deadlock *deadlock = sample_two_locks();
		struct cause *cause = &deadlock->causes[0];
		struct evidence *evidence = &cause->waits_for[0].evidence.items[2];

		for (size_t i = 0; i < sizeof(cause->task.name); i++)
			cause->task.name[i] = (char)rand_r(&seed);
		for (size_t i = 0; i < sizeof(cause->object); i++)
			cause->object[i] = (char)rand_r(&seed);
		for (size_t i = 0; i < sizeof(evidence->value); i++)
			evidence->value[i] = (char)rand_r(&seed);
		json_object_put(PARSED(json_reporter.deadlock(&output, deadlock)));
		deadlock_free(deadlock);
	}
}

Test(json, closed_pipe_is_told_apart)
{
	struct deadlock *deadlock = sample_two_locks();
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	cr_assert(pipe(ends) == 0);
	close(ends[0]);
	const struct output output = { .file = fdopen(ends[1], "w") };

	cr_expect_eq(json_reporter.deadlock(&output, deadlock), -EPIPE);
	fclose(output.file);
	deadlock_free(deadlock);
}

Test(json, full_device_is_an_error)
{
	struct deadlock *deadlock = sample_two_locks();
	const struct output output = { .file = fopen("/dev/full", "r+e") };

	cr_expect_eq(json_reporter.deadlock(&output, deadlock), -ENOSPC);
	fclose(output.file);
	deadlock_free(deadlock);
}

Test(json, stack_is_innermost_first_and_leaves_out_what_is_unknown)
{
	struct deadlock *deadlock = sample_two_places();
	struct json_object *line = PARSED(json_reporter.deadlock(&output, deadlock));
	struct json_object *task = at(line, "tasks", "0", NULL);

	expect_text(task, "account_lock", "wait", "name", NULL);
	expect_text(task, "withdraw at bank.py:19", "waits_for", "0", "since", NULL);
	expect_text(task, "native", "stack", "0", "type", NULL);
	expect_text(task, "libc.so.6", "stack", "0", "module", NULL);
	expect_text(task, "0x1d", "stack", "0", "offset", NULL);
	cr_expect_not(json_object_object_get_ex(at(task, "stack", "0", NULL), "file", NULL));
	expect_text(task, "python", "stack", "2", "type", NULL);
	expect_text(task, "deposit", "stack", "2", "function", NULL);
	expect_text(task, "9", "stack", "2", "line", NULL);
	cr_expect_not(json_object_object_get_ex(at(task, "stack", "2", NULL), "offset", NULL));
	json_object_put(line);
	deadlock_free(deadlock);
}

Test(json, tasks_of_an_event_loop_have_their_frames)
{
	struct deadlock *deadlock = sample_event_loop();
	struct json_object *line = PARSED(json_reporter.deadlock(&output, deadlock));
	struct json_object *task = at(line, "tasks", "0", "coroutines", "1", NULL);

	expect_text(task, "auditor", "task", NULL);
	expect_text(task, "waits", "state", NULL);
	expect_text(task, "Lock Till.lock", "awaits", NULL);
	expect_text(task, "payer", "held_by", NULL);
	expect_text(task, "Lock.acquire", "stack", "0", "function", NULL);
	expect_text(task, "audit", "stack", "1", "function", NULL);
	expect_text(task, "true", "stack", "1", "place", NULL);
	json_object_put(line);
	deadlock_free(deadlock);
}

Test(json, without_a_stack_there_is_no_key)
{
	struct deadlock *deadlock = sample_two_locks();
	struct json_object *line = PARSED(json_reporter.deadlock(&output, deadlock));

	cr_expect_not(json_object_object_get_ex(at(line, "tasks", "0", NULL), "stack", NULL));
	cr_expect_not(json_object_object_get_ex(line, "would_free", NULL));
	json_object_put(line);
	deadlock_free(deadlock);
}

Test(json, tells_whose_end_would_free_how_many)
{
	struct deadlock *deadlock = sample_two_places();
	struct json_object *line = PARSED(json_reporter.deadlock(&output, deadlock));

	expect_text(line, "100", "would_free", "pid", NULL);
	expect_text(line, "1", "would_free", "tasks", NULL);
	json_object_put(line);
	deadlock_free(deadlock);
}

Test(json, tells_when_the_dead_one_died)
{
	struct deadlock *deadlock = sample_dead_owner(SIGKILL);

	deadlock->dead.ended_ns = deadlock->found_ns - 5 * SAMPLE_NS;

	struct json_object *line = PARSED(json_reporter.deadlock(&output, deadlock));

	expect_text(line, "2026-01-31T11:59:55.123Z", "died", "time", NULL);
	json_object_put(line);
	deadlock_free(deadlock);
}
