/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All open descriptors of the system, from one pass a look.
 */
#ifndef DLTRACE_FILES_H
#define DLTRACE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"

struct worker;
struct exchange;

/* All zero: no pass yet. */
struct files {
	bool read;
	int error;
	bool partial;		 /* some process was passed over */
	struct open_file *items; /* by dev, inode, pid, fd */
	size_t count;
	uint32_t *pids; /* that the iterator brought, ascending */
	size_t pid_count;
};

void files_deinit(struct files *files);

/* The pass, unless this look has had it. 0 or -errno. */
int files_read(struct worker *worker, struct exchange *exchange);
/* The descriptors of that file: *ret_first and how many. After files_read(). */
size_t files_find(const struct files *files, uint32_t dev, uint64_t inode,
		  const struct open_file **ret_first);
/* True if the iterator brought a descriptor of that process. */
bool files_saw(const struct files *files, uint32_t pid);
/*
 * The processes that must be read from /proc: those that the iterators pass over, or all of them
 * if there was no iterator. 0 or -errno; the caller frees *ret_pids.
 */
int hidden_list(const struct exchange *exchange, bool iterated, uint32_t **ret_pids,
		size_t *ret_count);

/* One descriptor, from /proc; *ret_linkless is true for what has no path. 0 or -errno. */
int descriptor_read(uint32_t pid, uint32_t thread, int fd, struct open_file *ret);

#endif /* DLTRACE_FILES_H */
