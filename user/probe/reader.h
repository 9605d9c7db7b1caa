/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A helper, what it serves with, and the quarantine of those whom it hung on.
 * There are two: one for facts, and one for names, which reads files that hostile
 * programs have made, and whose end must not cost a verdict.
 */
#ifndef DLTRACE_READER_H
#define DLTRACE_READER_H

#include <stdint.h>

#include "probe/helper.h"
#include "probe/quarantine.h"
#include "probe/worker.h"

struct reader {
	struct helper helper;
	struct quarantine quarantine;
	struct worker worker;
	/* Fills in what a question needs beside itself; may be NULL. */
	void (*prepare)(void *context, struct exchange *exchange);
	void *context;
};

/* Zero but for prepare and context, and not to be moved from now on. Links: see worker.h; the rest:
 * helper.h.
 */
void reader_init(struct reader *reader, int files_link_fd, int sockets_link_fd, int maps_link_fd,
		 uint64_t patience_ns, uint64_t memory_max);
void reader_deinit(struct reader *reader);

/* A new look begins: some of those that were stuck may be free again. */
void reader_new_look(struct reader *reader);

/*
 * Has the question answered; tries again where the helper hung on somebody else than the question
 * is about. 0, and *ret_exchange is valid until the next call; or the answer's -errno; -ETIMEDOUT:
 * it hung, or the process is in quarantine; -EIO: the helper died of it.
 */
int reader_ask(struct reader *reader, const struct question *question, uint64_t look,
	       struct exchange **ret_exchange);

#endif /* DLTRACE_READER_H */
