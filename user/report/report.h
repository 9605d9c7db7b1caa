/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How findings leave dltrace. A reporter is a form (text, JSON); main picks one
 * and hands it each finding as it comes. What a run has to say of itself, at
 * the end or at each look, is a struct run_summary.
 */
#ifndef DLTRACE_REPORT_H
#define DLTRACE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/deadlock.h"
#include "core/judge.h"
#include "report/color.h"

/* Where findings go. Nothing is owned. */
struct output {
	FILE *file;
	bool color;
	/* Lays out a graph (DOT): what `dot -Tplain` says, malloc'ed; or NULL. NULL: there is no
	 * such program. */
	char *(*lay_out)(const char *graph);
};

/* COLOR_AUTO: only on a terminal, and not if NO_COLOR is set (no-color.org). */
void output_init(struct output *output, FILE *file, enum color color);
/*
 * Writes and flushes. 0 or -errno; -EPIPE: nobody reads any more (SIGPIPE must be ignored), and
 * there is nothing to tell anybody.
 */
int output_write(const struct output *output, const char *text, size_t length);

/* Now, on both clocks. */
struct moment {
	uint64_t ns;	  /* CLOCK_MONOTONIC */
	uint64_t wall_ns; /* CLOCK_REALTIME, for display only */
};

/* A count with its label, a string constant; lists of them end with a NULL label. */
struct tally {
	const char *label;
	uint64_t count;
};

/*
 * How long the waits of one kind took: bucket i counts those of at most 4^i microseconds that no
 * lower bucket counts, and the last one also all longer ones.
 */
#define DURATION_BUCKETS 17
struct durations {
	uint64_t buckets[DURATION_BUCKETS];
	uint64_t sum_ns;
};

/* Nothing is owned; pointers other than stats may be NULL where there is nothing to tell. */
struct run_summary {
	const struct judge_stats *stats;
	struct deadlock *const *active; /* those that stand now */
	size_t active_count;
	uint64_t deadlocks;    /* --once, --replay: that stand now; watching: found in all */
	uint64_t elapsed_ns;   /* since the start */
	uint64_t interval_ns;  /* between looks, where they are too dear for the one asked for;
				  else 0 */
	uint64_t look_wall_ns; /* when the last look began; 0: never */
	uint64_t resyncs;      /* looks taken because events were lost */
	uint64_t lost_since_wall_ns; /* the last look before the first loss; 0: nothing was lost */
	const struct tally *events;  /* by type */
	const struct tally *events_lost;   /* by reason */
	const struct tally *read_errors;   /* by reason */
	const struct durations *durations; /* [WAIT_KIND_COUNT] */
	bool scoped;			   /* -p: stats->scope_* mean something */
};

struct page;

/*
 * All return 0 or -errno as output_write(), or -ENOMEM and then nothing was written. A form has
 * either page, and is written whole, or the others.
 */
struct reporter {
	int (*deadlock)(const struct output *output, const struct deadlock *deadlock);
	int (*resolved)(const struct output *output, const struct deadlock *deadlock,
			const struct moment *now);
	int (*chain)(const struct output *output, const struct chain *chain,
		     const struct moment *now);
	int (*summary)(const struct output *output, const struct run_summary *summary);
	int (*page)(const struct output *output, const struct page *page,
		    const struct run_summary *summary);
};

extern const struct reporter text_reporter;
extern const struct reporter json_reporter;
extern const struct reporter dot_reporter;
extern const struct reporter html_reporter;

uint64_t tally_sum(const struct tally *tallies);

#endif /* DLTRACE_REPORT_H */
