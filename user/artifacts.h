/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a deadlocked command leaves behind in --artifacts DIR, for whoever comes
 * later: dltrace.json (JSON Lines), dltrace.html, and dltrace.events, a recording
 * of the look that found it, for --replay.
 */
#ifndef DLTRACE_ARTIFACTS_H
#define DLTRACE_ARTIFACTS_H

struct present;
struct system;

/* Makes the directory if it is not there. 0 or -errno, and then one line has been said. */
int artifacts_prepare(const char *directory);
/* All that stands at the look that was judged last; replaces what was written before. Errors as
 * above. */
int artifacts_write(const char *directory, const struct present *present,
		    const struct system *system);

#endif /* DLTRACE_ARTIFACTS_H */
