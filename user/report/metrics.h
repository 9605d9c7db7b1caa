/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of a run as Prometheus metrics (text exposition format 0.0.4). What
 * a run cannot fill (a summary's NULL pointers) is left out, never zero.
 */
#ifndef DLTRACE_METRICS_H
#define DLTRACE_METRICS_H

#include <stdio.h>

struct run_summary;
struct usage;

/* Writes are unchecked: see buffer.h. */
void metrics_write(FILE *out, const struct run_summary *summary, const struct usage *usage);

#endif /* DLTRACE_METRICS_H */
