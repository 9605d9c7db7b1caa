/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes on which a read has hung. They are left alone while the helper that
 * hung on them is stuck, and, if it could be ended, for a number of looks that
 * doubles each time.
 */
#ifndef DLTRACE_QUARANTINE_H
#define DLTRACE_QUARANTINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define QUARANTINE_MAX 64

struct quarantined {
	uint32_t pid; /* 0: no single process could be named; the tables of the system */
	uint32_t strikes;
	uint64_t until_look; /* free again from this look on ... */
	pid_t stuck;	     /* ... if this helper has ended; 0: it has */
};

/* All zero is empty. */
struct quarantine {
	struct quarantined items[QUARANTINE_MAX];
	uint32_t count;
};

bool quarantine_holds(const struct quarantine *quarantine, uint32_t pid, uint64_t look);
void quarantine_add(struct quarantine *quarantine, uint32_t pid, pid_t stuck, uint64_t look);
/* The helper has ended after all. */
void quarantine_release(struct quarantine *quarantine, pid_t stuck);
/* How many are held now, and up to max of their pids. */
uint32_t quarantine_list(const struct quarantine *quarantine, uint64_t look, uint32_t *ret_pids,
			 uint32_t max);

#endif /* DLTRACE_QUARANTINE_H */
