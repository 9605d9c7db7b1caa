/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc as a source of facts, for one's own processes and without any privilege.
 * Of others there is only who they are: to the model they can go on.
 */
#ifndef DLTRACE_SOURCE_PROC_H
#define DLTRACE_SOURCE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct look;
struct probe;
struct proc_source;

/* NULL if out of memory. Ended by proc_source_free(). */
struct proc_source *proc_source_new(void);
void proc_source_free(struct proc_source *source);

/*
 * One pass over all tasks. The words that are waited on, and what they are mapped from, are asked
 * of the probe; what each task does is asked directly, and needs no remembering. Waits are dated by
 * when they were first seen: a wait that is older looks younger. The caller ends *ret with
 * look_deinit(). 0 or -errno.
 */
int proc_source_look(struct proc_source *source, const struct probe *direct,
		     const struct probe *probe, struct look *ret);

/* True if all these processes are the caller's own, as far as tracing them goes. */
bool proc_source_suffices(const struct probe *probe, const uint32_t *pids, size_t count);

#endif /* DLTRACE_SOURCE_PROC_H */
