/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this process may do, by capability.
 */
#ifndef DLTRACE_PRIVILEGE_H
#define DLTRACE_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>

struct privilege {
	const char *name; /* "CAP_BPF" */
	const char *use;  /* what dltrace needs it for */
	int capability;
	bool for_bpf; /* without it no program loads; CAP_SYS_ADMIN stands in for it */
};

/* Ends with a NULL name. */
extern const struct privilege privileges[];

bool privilege_held(const struct privilege *privilege);

/* Memory and descriptors of other users' processes, and of those with more capabilities, can be
 * read. */
bool privilege_to_read(void);

/* Names of those that BPF needs and this process lacks, separated by commas; false if none. */
bool privilege_missing_for_bpf(char *ret_names, size_t size);

#endif /* DLTRACE_PRIVILEGE_H */
