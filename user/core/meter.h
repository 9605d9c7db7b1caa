/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A probe that counts: what is asked while waits are resolved, and whether it was worth its
 * price. So "cheap first" (resolve.c) is a figure that tests hold to 0, and not a belief.
 */
#ifndef DLTRACE_METER_H
#define DLTRACE_METER_H

#include "core/probe.h"

struct meter {
	const struct probe *probe; /* not owned */
	enum cost allowed;	   /* for the task that is asked about now */
	uint64_t asked[COST_LEVELS];
	uint64_t dear; /* questions that cost more */
};

/* Passes on to meter->probe; valid as long as the meter. */
struct probe meter_probe(struct meter *meter);

#endif /* DLTRACE_METER_H */
