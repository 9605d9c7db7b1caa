/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An answer at once.
 */
#include <errno.h>
#include <time.h>

#include "core/again.h"
#include "present.h"
#include "run.h"
#include "system.h"

#define PAUSE_NS 50000000ull

int run_doubt(const struct options *options, const struct judge_stats *stats)
{
	return options->strict && (stats->incomplete || stats->scope_ignorance) ? STATUS_UNSURE
										: STATUS_HEALTHY;
}

int run_write_status(int err, int so_far)
{
	return !err || err == -EPIPE ? so_far : STATUS_FAILED;
}

static void sleep_until(uint64_t ns)
{
	struct timespec until = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

/* False if what stands is the answer; else the next look is due. */
static bool wait_for_next(const struct system *system, const struct findings *findings,
			  struct search *search)
{
	uint64_t ripe_ns = 0;

	switch (search_again(search, findings, judge_stats(system->judge), &ripe_ns)) {
	case AGAIN_NEVER:
		return false;
	case AGAIN_SOON:
		sleep_until(monotonic_ns() + PAUSE_NS);
		break;
	case AGAIN_AT:
		sleep_until(ripe_ns + 1000000);
		break;
	case AGAIN_NOW:
		break;
	}
	return true;
}

static int judge_now(struct system *system, struct present *present)
{
	struct findings findings;
	struct search search = { 0 };

	do {
		int err = system_look(system, &findings);

		if (err)
			return STATUS_FAILED;
		system_summarise(system, &present->summary);
		err = present_findings(present, &findings, &system->look);
		if (err)
			return run_write_status(err, findings.active_count ? STATUS_DEADLOCK
									   : STATUS_HEALTHY);
	} while (wait_for_next(system, &findings, &search));
	if (!judge_scope_alive(system->judge)) {
		fprintf(stderr, "dltrace: the process ended before it could be judged\n");
		return STATUS_NO_TARGET;
	}
	present->summary.deadlocks = findings.active_count;

	int status = findings.active_count
			     ? STATUS_DEADLOCK
			     : run_doubt(present->options, judge_stats(system->judge));

	/* there will be no other look that makes up for it */
	if (present->textfile_failed && status != STATUS_DEADLOCK)
		status = STATUS_FAILED;
	return run_write_status(present_summary(present), status);
}

int run_once(const struct options *options)
{
	struct system system;
	struct present present;

	if (present_init(&present, options))
		return STATUS_FAILED;
	if (system_open(&system, options, options->pids, options->pid_count)) {
		present_deinit(&present);
		return STATUS_FAILED;
	}
	present.summary.scoped = options->pids;

	int status = judge_now(&system, &present);

	present_deinit(&present);
	system_close(&system);
	return status;
}
