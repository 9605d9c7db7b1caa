/* SPDX-License-Identifier: BSD-2-Clause */
/* Who holds a file open, counted. */
#ifndef DLTRACE_HOLDERS_H
#define DLTRACE_HOLDERS_H

#include "core/kind.h"

/* Which descriptors of an answer to ASK_HOLDERS are meant. */
struct holder_filter {
	uint32_t mode;	      /* open for one of these: 1 reading, 2 writing */
	uint64_t description; /* that open file description; 0: any */
};

/*
 * Makes the group of that key, with the processes that hold such a descriptor as members. Every
 * reference to each of their descriptions must be explained: by a descriptor that was found or a
 * call in progress; else the group is open. *ret_found is how many descriptions there are,
 * *ret_first one of the descriptors, NULL if there is none. NO_NODE if out of memory.
 */
uint32_t holders_group(const struct kind_context *context, enum group_type type, uint64_t a,
		       uint64_t b, const struct answer *answer, const struct holder_filter *filter,
		       int64_t *ret_found, const struct open_file **ret_first);
/* The task's own descriptor among them, NULL if it is not. */
const struct open_file *holders_own(const struct answer *answer, const struct look_task *task,
				    int fd);
/* The first few descriptors as evidence; link is what /proc shows them as, with the inode. */
void holders_saw(const struct kind_context *context, const struct answer *answer,
		 const struct holder_filter *filter, const char *link, const char *meaning,
		 struct wait_builder *b);

#endif /* DLTRACE_HOLDERS_H */
