/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * glibc's pthread_mutex_t (sysdeps/nptl/bits/struct_mutex.h and x86's own; the
 * first 40 bytes are laid out alike on x86-64 and aarch64), 2.31 and later.
 * Robust, priority-inheriting and priority-protecting ones wait in other ways
 * and are not taken for legal here.
 */
#ifndef DLTRACE_MUTEX_WORD_H
#define DLTRACE_MUTEX_WORD_H

#include "core/kind.h"

struct futex_call;

struct mutex_word {
	uint32_t lock; /* 0 free, 1 taken, 2 taken and waited for */
	uint32_t count;
	uint32_t owner; /* tid in the owner's PID namespace; 0: free, or not yet written */
	uint32_t users;
	uint32_t kind;
	uint32_t spins; /* x86: two 16-bit fields, the second for lock elision */
	uint64_t list[2];
};

#define MUTEX_OWNER_OFFSET 8
#define MUTEX_HEAD_LEN	   20 /* up to and with kind: what the verdict rests on */

/*
 * True if the task sleeps in pthread_mutex_lock() or a timed one on a mutex all of whose words are
 * legal. Many other things have a lock word of 2; only a whole legal mutex is believed, since its
 * owner will be accused.
 */
bool mutex_word_decode(const struct kind_context *context, const struct look_task *task,
		       struct futex_call *ret_call, struct mutex_word *ret_word);

#endif /* DLTRACE_MUTEX_WORD_H */
