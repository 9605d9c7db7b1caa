/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arbitrary bytes as a recording, from the parser through the judge to every
 * report: whatever is in it, each line of JSON parses, each line of text is
 * printable, and nobody is named who is not in the look.
 */
#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/answers.h"
#include "core/judge.h"
#include "kinds/kinds.h"
#include "report/report.h"
#include "source/replay.h"

#define LOOKS_MOST 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void event_take(const struct event *event, void *context)
{
	judge_event(context, event);
}

static void json_check(char *text)
{
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		struct json_object *object = json_tokener_parse(line);

		if (!object)
			abort();
		json_object_put(object);
	}
}

static void text_check(char *text)
{
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' && *c != '\n')
			abort();
}

/* What one reporter says of all findings, then given to check. */
static void report(const struct reporter *reporter, const struct findings *findings,
		   const struct judge_stats *stats, void (*check)(char *text))
{
	struct run_summary summary = { .stats = stats,
				       .active = findings->active,
				       .active_count = findings->active_count };
	struct moment now = { 0 };
	struct output output;
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	if (!file)
		abort();
	output_init(&output, file, COLOR_NEVER);
	for (size_t i = 0; i < findings->found_count; i++)
		reporter->deadlock(&output, findings->found[i]);
	for (size_t i = 0; i < findings->resolved_count; i++)
		reporter->resolved(&output, findings->resolved[i], &now);
	reporter->summary(&output, &summary);
	fclose(file);
	check(text);
	free(text);
}

/* Only the dead may be named who are no tasks of the look. */
static void parties_check(const struct look *look, const struct deadlock *deadlock)
{
	for (size_t i = 0; i < deadlock->cause_count; i++) {
		const struct cause *cause = &deadlock->causes[i];

		if (look_find(look, cause->task.tid) == NO_TASK)
			abort();
		for (size_t p = 0; p < cause->waits_for_count; p++) {
			const struct party *party = &cause->waits_for[p];

			if (party->state == PARTY_ALIVE && !*party->group &&
			    look_find(look, party->tid) == NO_TASK)
				abort();
		}
	}
}

static void look_judge(struct judge *judge, const struct look *look, const struct probe *probe)
{
	struct findings findings;

	if (judge_look(judge, look, probe, &findings))
		return;
	for (size_t i = 0; i < findings.found_count; i++)
		parties_check(look, findings.found[i]);
	report(&json_reporter, &findings, judge_stats(judge), json_check);
	report(&text_reporter, &findings, judge_stats(judge), text_check);
}

static void replay_judge(struct replay *replay, struct judge *judge)
{
	struct answers answers = { 0 };
	struct probe probe = answers_probe(&answers, NULL);
	char why[256];
	struct look look;

	for (int i = 0; i < LOOKS_MOST; i++) {
		if (replay_next(replay, &look, &answers, why, sizeof(why)) <= 0)
			break;
		/* twice: whatever stays the same is reported */
		look_judge(judge, &look, &probe);
		look_judge(judge, &look, &probe);
		look_deinit(&look);
	}
	answers_deinit(&answers);
}

/* A file without a name that holds the bytes, for a reader of paths. */
static int bytes_file(const uint8_t *data, size_t size, char *ret_path, size_t path_size)
{
	int fd = memfd_create("recording", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(ret_path, path_size, "/proc/self/fd/%d", fd);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct judge_options options = { .kinds = *kinds_table() };
	struct judge *judge = judge_new(&options);
	struct replay *replay;
	char path[64], why[256];
	int fd = bytes_file(data, size, path, sizeof(path));

	if (!judge)
		abort();
	if (!replay_open(path, event_take, judge, &replay, why, sizeof(why))) {
		replay_judge(replay, judge);
		replay_close(replay);
	}
	judge_free(judge);
	close(fd);
	return 0;
}
