/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers that are kept from look to look: a task that has not run since sleeps
 * where it slept, and a process that has not has the program and the private
 * memory that it had.
 *
 * A generation is the state that an answer is of: the number of context switches
 * that the look found, before it was asked. If the task ran in between the answer
 * is of a later state, but then a later look finds another number.
 */
#ifndef DLTRACE_FOUND_H
#define DLTRACE_FOUND_H

#include <stdbool.h>
#include <stdint.h>

#include "core/probe.h"

struct found_entry;

/* All zero is empty. */
struct found {
	struct found_entry *entries;
	uint64_t look;
};

void found_deinit(struct found *found);
/* A new look begins. What the last one did not ask for is dropped. */
void found_age(struct found *found);

/* True if the answer is known for that state; *ret is valid until the next look. */
bool found_get(struct found *found, const struct question *question, uint64_t generation,
	       struct answer *ret);
/* Remembers a copy, if there is memory for it. */
void found_put(struct found *found, const struct question *question, uint64_t generation,
	       const struct answer *answer);

#endif /* DLTRACE_FOUND_H */
