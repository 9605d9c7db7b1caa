/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * glibc's pthread_mutex_t (sysdeps/nptl/bits/struct_mutex.h and x86's own; the
 * first 40 bytes are laid out alike on x86-64 and aarch64), 2.31 and later. With
 * 32-bit pointers kind and users change places and all ends after 24 bytes.
 */
#ifndef DLTRACE_MUTEX_WORD_H
#define DLTRACE_MUTEX_WORD_H

#include "core/kind.h"

struct futex_call;

struct mutex_word {
	uint32_t lock; /* see the decoders below */
	uint32_t count;
	uint32_t owner; /* tid in the owner's PID namespace; 0: free, or not yet written */
	uint32_t users;
	uint32_t kind;
	uint32_t spins; /* x86: two 16-bit fields, the second for lock elision */
	uint64_t list[2];
};

#define MUTEX_OWNER_OFFSET 8
#define MUTEX_HEAD_LEN	   20	   /* up to and with kind: what the verdict rests on */
#define MUTEX_TID_MOST	   4194304 /* PID_MAX_LIMIT, include/linux/threads.h */

/* sysdeps/nptl/pthreadP.h: pthread_mutex_t.__kind */
#define MUTEX_TYPE	 0x3 /* normal, recursive, error checking, adaptive */
#define MUTEX_RECURSIVE	 1
#define MUTEX_ERRORCHECK 2
#define MUTEX_ADAPTIVE	 3
#define MUTEX_ROBUST	 16
#define MUTEX_INHERIT	 32
#define MUTEX_PROTECT	 64
#define MUTEX_PSHARED	 128
#define MUTEX_ELISION	 256
#define MUTEX_NO_ELISION 512

/* The same: pthread_mutex_t.__owner of a robust one whose owner has died. */
#define MUTEX_INCONSISTENT 0x7fffffff

/*
 * Each is true if the task sleeps in pthread_mutex_lock() or a timed one on a mutex all of whose
 * words are legal. Many other things have a lock word of 2; only a whole legal mutex is believed,
 * since its owner will be accused.
 *
 * Plain: the lock word, from which the ceiling of a priority-protected one is taken away, is
 * 0 free, 1 taken, or 2 taken and waited for.
 */
bool mutex_word_decode(const struct kind_context *context, const struct look_task *task,
		       struct futex_call *ret_call, struct mutex_word *ret_word);
/* Robust, and not inheriting: the lock word is the owner's tid and two flags (linux/futex.h). */
bool mutex_word_decode_robust(const struct look_task *task, struct futex_call *ret_call,
			      struct mutex_word *ret_word);
/* True if this is a mutex that inherits priorities and is locked, whoever waits for it. */
bool mutex_word_inherits(const struct mutex_word *word, bool private_key);

#endif /* DLTRACE_MUTEX_WORD_H */
