/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What searches of memory found, kept from look to look: a process that did not
 * run since has not changed its private memory.
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

/* True if the search is known for that state of the process; *ret is valid until the next look. */
bool found_get(struct found *found, uint32_t pid, uint64_t value, uint64_t generation,
	       struct answer *ret);
/* Remembers a copy, if there is memory for it. */
void found_put(struct found *found, uint32_t pid, uint64_t value, uint64_t generation,
	       const struct answer *answer);

#endif /* DLTRACE_FOUND_H */
