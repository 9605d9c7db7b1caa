/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The answers of one look, by question. The table is itself a probe: what it
 * does not know it asks of a backend, and remembers. So a look judges every
 * question by one answer however often it is asked, a recording is a listing
 * of this table, and a replay is a filled one without a backend.
 */
#ifndef DLTRACE_ANSWERS_H
#define DLTRACE_ANSWERS_H

#include <stdint.h>

#include "core/arena.h"
#include "core/probe.h"

struct answer_entry {
	struct question question;
	struct answer answer; /* items are in the table's arena */
	uint32_t slot;
};

/* All zero is an empty table without a backend. */
struct answers {
	struct answer_entry *entries; /* in the order in which they came: to be read by anyone */
	uint32_t count, capacity;
	uint32_t *slots; /* open addressing: index into entries plus 1, 0 is free */
	uint32_t slot_count;
	struct arena items;
	const struct probe *backend;
};

void answers_deinit(struct answers *answers);

/* Forgets all answers, for the next look. Linear in their number; keeps the memory. */
void answers_clear(struct answers *answers);

/* Adds an answer; its items are copied. 0, -EEXIST or -ENOMEM. */
int answers_put(struct answers *answers, const struct question *question,
		const struct answer *answer);

/*
 * The table as a probe. A question that it cannot answer goes to backend, or,
 * if that is NULL, is answered with -ENODATA. Both must outlive the probe.
 */
struct probe answers_probe(struct answers *answers, const struct probe *backend);

#endif /* DLTRACE_ANSWERS_H */
