/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The programs at the functions of the C library, and the processes that they are
 * attached to.
 */
#ifndef DLTRACE_UPROBES_H
#define DLTRACE_UPROBES_H

#include <stddef.h>
#include <stdint.h>

struct bpf_program;
struct uprobes;

struct uprobe_programs {
	struct bpf_program *wait, *wait_exit, *post;
};

/*
 * Attaches to the processes, whose functions must be there already. 0 or -errno and why in one
 * line. *ret, whose count may be 0, is ended by uprobes_free().
 */
int uprobes_new(const struct uprobe_programs *programs, const uint32_t *pids, size_t pid_count,
		struct uprobes **ret, char *why, size_t why_size);
void uprobes_free(struct uprobes *uprobes);

/* Functions, one and the same in two processes twice. */
size_t uprobes_count(const struct uprobes *uprobes);

#endif /* DLTRACE_UPROBES_H */
