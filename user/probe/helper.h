/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process of our own that does what may hang, so that we never do.
 *
 * Reading another process's memory or mappings can sleep in state D for as long
 * as somebody else likes: a page of a FUSE file whose server is dead, an mmap
 * lock whose holder is stuck. Such a reader cannot be killed, and a thread in
 * that state would keep the whole of dltrace from exiting, its standard output
 * from closing and its BPF links from detaching. So the reader is a process: it
 * holds nothing open but what it works on, and if it does not get on within its
 * patience it is killed, left to itself and counted, and a new one takes over.
 * It dies with its maker.
 */
#ifndef DLTRACE_HELPER_H
#define DLTRACE_HELPER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "probe/exchange.h"

#define HELPERS_ABANDONED_MAX 8
#define HELPER_KEEP_MAX	      3

struct helper_options {
	/* Runs in the helper, on its copy of context, with what was in memory when it was made. */
	void (*serve)(void *context, struct exchange *exchange);
	void *context;
	int keep_fds[HELPER_KEEP_MAX]; /* descriptors that serve needs; -1: none */
	uint64_t patience_ns;	       /* without progress */
	uint64_t memory_max;	       /* bytes that it may take; 0: as many as there are */
};

struct helper {
	struct helper_options options;
	struct exchange *exchange; /* NULL: no helper is running */
	int socket;
	pid_t pid;
	pid_t abandoned[HELPERS_ABANDONED_MAX];
	uint32_t abandoned_count;
};

void helper_init(struct helper *helper, const struct helper_options *options);
/* Ends the helper; those that are stuck are left to the system. The next question starts another.
 */
void helper_stop(struct helper *helper);

/*
 * Where the next question goes; starts a helper if there is none. NULL if none
 * could be started or too many are stuck.
 */
struct exchange *helper_exchange(struct helper *helper);

/*
 * Has the question answered. The answer is valid until the next call of
 * anything here. 0; -ETIMEDOUT: the helper *ret_stuck was abandoned while it
 * read process *ret_busy_with (0: tables of the system); -EIO: it died.
 */
int helper_call(struct helper *helper, pid_t *ret_stuck, uint32_t *ret_busy_with);

/* Forgets the abandoned helpers that have ended after all; they are listed, and their number. */
uint32_t helper_reap(struct helper *helper, pid_t ret_ended[HELPERS_ABANDONED_MAX]);

#endif /* DLTRACE_HELPER_H */
