/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways of running. Each returns the exit status; whatever went wrong has
 * been said by then.
 */
#ifndef DLTRACE_RUN_H
#define DLTRACE_RUN_H

#include "command.h"
#include "core/judge.h"
#include "options.h"

struct present;

/* What is there now: two looks, and more only if what they saw was still in motion. */
int run_once(const struct options *options);
/* Looks at intervals until interrupted, or until the last watched process is gone. */
int run_watch(const struct options *options);
/* The same around a command. */
int run_command(const struct options *options, const struct signal_state *inherited);
/* Judges a recording. */
int run_replay(const struct options *options);

/* 5 if --strict finds that silence would not mean health, else 0. */
int run_doubt(const struct options *options, const struct judge_stats *stats);
/* The error of writing findings as an exit status: a closed output is no failure. */
int run_write_status(int err, int so_far);

#endif /* DLTRACE_RUN_H */
