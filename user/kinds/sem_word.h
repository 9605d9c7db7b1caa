/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * glibc's sem_t (sysdeps/nptl/internaltypes.h: struct new_sem, with 64-bit
 * atomics): the value, how many wait, and whether the waits are private.
 */
#ifndef DLTRACE_SEM_WORD_H
#define DLTRACE_SEM_WORD_H

#include "core/kind.h"

struct futex_call;

struct sem_word {
	uint32_t value;
	uint32_t waiters;
	uint32_t shared; /* 0 or FUTEX_PRIVATE_FLAG: what the calls leave out */
};

#define SEM_WORD_LEN 12

/*
 * True if the task sleeps in sem_wait() or sem_timedwait(), as far as call and word can tell: a
 * bitset wait for the value to be other than 0, on a legal sem_t.
 */
bool sem_word_decode(const struct look_task *task, struct futex_call *ret_call,
		     struct sem_word *ret_word);
/* What sem and semlock say in the same way: the object, its bytes, a wake-up under way. */
void sem_word_resolve(const struct look_task *task, const struct futex_call *call,
		      const struct sem_word *word, struct wait_builder *b);

#endif /* DLTRACE_SEM_WORD_H */
