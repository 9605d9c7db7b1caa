/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An answer at once.
 */
#include <errno.h>
#include <time.h>

#include "present.h"
#include "run.h"
#include "system.h"

/* Looks beyond the second are for systems that were in motion while they were looked at. */
#define LOOKS_MOST     8
#define LOOKS_PAUSE_NS 50000000ull
#define HOPES_MOST     2 /* who waits by tries is dated when first seen asleep, maybe late */
#define RESTLESS_LOOKS 3 /* after so many, who is awake beside who waits is taken for alive */

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

/* What has been done so far to get an answer. */
struct search {
	unsigned int looks;
	unsigned int hopes; /* how often candidates were waited for */
	bool doubted;	    /* the first look left somebody in scope open out of ignorance */
};

/*
 * What could not be known at one look may be known at the next: a count of the kernel's is off
 * while somebody else looks at the same file. It counts if it is off twice in a row.
 */
static bool may_know_more(const struct judge_stats *stats, const struct search *search)
{
	return !stats->deadlocked && stats->scope_ignorance &&
	       (search->looks == 1 || search->hopes);
}

/*
 * What stands does not end the search while somebody may be about to join it: who only waits by
 * tries was seen awake, and then the others of its ring, whom that look cleared, need two more.
 */
static bool is_in_motion(const struct findings *findings, unsigned int looks)
{
	return findings->fresh || findings->tries ||
	       (findings->restless && looks <= RESTLESS_LOOKS);
}

/* True if another look may find more than what stands; then it has been waited for. */
static bool wait_for_next(const struct system *system, const struct findings *findings,
			  struct search *search)
{
	const struct judge_stats *stats = judge_stats(system->judge);
	unsigned int looks = search->looks;

	if (looks == LOOKS_MOST)
		return false;
	if (looks == 1)
		search->doubted = stats->scope_ignorance;
	if (findings->candidates &&
	    (!search->hopes || (search->hopes < HOPES_MOST && findings->ripe_ns))) {
		/* the next look follows at once, or as soon as the youngest is old enough */
		search->hopes++;
		if (findings->ripe_ns)
			sleep_until(findings->ripe_ns + 1000000);
		return true;
	}
	if (looks == 2 && search->doubted && !search->hopes && findings->young_ns) {
		/* the second look does not ask about the young: without dates from the kernel, all
		 */
		search->hopes++;
		sleep_until(findings->young_ns + 1000000);
		return true;
	}
	if (!is_in_motion(findings, looks)) {
		if (findings->candidates <= stats->deadlocked && !may_know_more(stats, search))
			return false;
		if (looks > 2 && !findings->found_count && stats->deadlocked)
			return false;
	}
	sleep_until(monotonic_ns() + LOOKS_PAUSE_NS);
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
		search.looks++;
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
