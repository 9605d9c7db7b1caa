/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory that a prober shares with its helper process: one question goes
 * in, one answer comes out. Items lie behind the struct.
 */
#ifndef DLTRACE_EXCHANGE_H
#define DLTRACE_EXCHANGE_H

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "core/probe.h"

#define HIDDEN_MAX 256

struct exchange {
	struct question question;
	uint64_t look; /* number of the look; what was read in another one is forgotten */
	uint32_t hidden[HIDDEN_MAX]; /* processes that the iterators pass over */
	uint32_t hidden_count;
	struct task_regs regs; /* of the task whose stack is asked for */

	int32_t error;
	uint32_t partial;
	uint32_t count;
	uint32_t item_size;
	uint64_t capacity; /* bytes of items */

	/* Written by the helper while it works, read by the prober that waits for it. */
	_Atomic uint64_t progress;  /* changes at least every few milliseconds */
	_Atomic uint32_t busy_with; /* pid that is being read now */

	_Alignas(64) unsigned char items[];
};

/* Room for `count` more items; NULL if the answer is full, which is then partial. */
static inline void *exchange_add(struct exchange *exchange, uint32_t count)
{
	uint64_t used = (uint64_t)exchange->count * exchange->item_size;

	if ((exchange->capacity - used) / exchange->item_size < count) {
		exchange->partial = 1;
		return NULL;
	}
	exchange->count += count;
	return exchange->items + used;
}

/* A string with its NUL. */
static inline void exchange_add_text(struct exchange *exchange, const char *text, uint32_t length)
{
	char *room = exchange_add(exchange, length + 1);

	if (!room)
		return;
	memcpy(room, text, length);
	room[length] = '\0';
}

static inline void exchange_progress(struct exchange *exchange)
{
	atomic_fetch_add_explicit(&exchange->progress, 1, memory_order_relaxed);
}

#endif /* DLTRACE_EXCHANGE_H */
