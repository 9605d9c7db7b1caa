/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recording judged again: the same judge, another source and probe.
 */
#include <errno.h>
#include <stdio.h>

#include "core/answers.h"
#include "kinds/kinds.h"
#include "present.h"
#include "run.h"
#include "source/replay.h"

struct rejudge {
	struct replay *replay;
	struct judge *judge;
	struct present present;
	struct look look;
	struct answers answers;
	struct findings findings;
};

static int rejudge_look(struct rejudge *rejudge)
{
	struct probe probe = answers_probe(&rejudge->answers, NULL);
	int err = judge_look(rejudge->judge, &rejudge->look, &probe, &rejudge->findings);

	rejudge->present.summary.stats = judge_stats(rejudge->judge);
	return err ? err : present_findings(&rejudge->present, &rejudge->findings, &rejudge->look);
}

/* A recording of one look, as people write them by hand, is judged as if nothing had moved. */
static int rejudge_all(struct rejudge *rejudge, char *why, size_t size)
{
	struct look look;
	int count = 0, more;

	while ((more = replay_next(rejudge->replay, &look, &rejudge->answers, why, size)) > 0) {
		look_deinit(&rejudge->look);
		rejudge->look = look;
		count++;

		int err = rejudge_look(rejudge);

		if (err)
			return err;
	}
	return !more && count == 1 ? rejudge_look(rejudge) : more;
}

static int rejudge_status(struct rejudge *rejudge, int err, const char *why)
{
	const struct options *options = rejudge->present.options;

	if (!err && !judge_stats(rejudge->judge)->looks)
		why = "it holds no look";
	if (*why) {
		fprintf(stderr, "dltrace: cannot replay %s: %s\n", options->replay, why);
		return STATUS_FAILED;
	}
	if (err)
		return run_write_status(err, STATUS_HEALTHY);
	rejudge->present.summary.deadlocks = rejudge->findings.active_count;

	int status = rejudge->present.found ? STATUS_DEADLOCK
					    : run_doubt(options, judge_stats(rejudge->judge));

	return run_write_status(present_summary(&rejudge->present), status);
}

static void event_take(const struct event *event, void *context)
{
	judge_event(context, event);
}

int run_replay(const struct options *options)
{
	struct judge_options judge_options = { .min_wait_ns = options->min_wait_ns,
					       .stalled_after_ns = options->stalled_after_ns,
					       .kinds = *kinds_table(),
					       .stacks = options->stacks };
	struct rejudge rejudge = { .judge = judge_new(&judge_options) };
	char why[256] = "";

	if (!rejudge.judge || present_init(&rejudge.present, options)) {
		judge_free(rejudge.judge);
		return STATUS_FAILED;
	}

	int err = replay_open(options->replay, event_take, rejudge.judge, &rejudge.replay, why,
			      sizeof(why));

	if (!err)
		err = rejudge_all(&rejudge, why, sizeof(why));

	int status = rejudge_status(&rejudge, err, why);

	replay_close(rejudge.replay);
	present_deinit(&rejudge.present);
	judge_free(rejudge.judge);
	answers_deinit(&rejudge.answers);
	look_deinit(&rejudge.look);
	return status;
}
