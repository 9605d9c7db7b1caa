/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * glibc's pthread_rwlock_t (sysdeps/nptl/bits/struct_rwlock.h and x86's own;
 * the same words at the same offsets on x86-64 and aarch64, and up to the padding on
 * i386), 2.26 and later, and its waits (nptl/pthread_rwlock_common.c).
 */
#ifndef DLTRACE_RWLOCK_WORD_H
#define DLTRACE_RWLOCK_WORD_H

#include "core/kind.h"

struct futex_call;

struct rwlock_word {
	uint32_t readers; /* RWLOCK_*, and above them how many read or wait to */
	uint32_t writers; /* how many wait to write; the top bit: one of them is handed the lock */
	uint32_t phase_futex;
	uint32_t writers_futex;
	uint32_t pad[2];
	uint32_t writer; /* tid in the writer's PID namespace; 0: none, or not yet written */
	uint32_t shared;
	uint64_t elision, pad_2;
	uint32_t flags; /* whom it prefers */
	uint32_t pad_3;
};

#define RWLOCK_HEAD_LEN 24 /* up to the padding */

#define RWLOCK_WRITING	    1 /* PTHREAD_RWLOCK_WRPHASE */
#define RWLOCK_WRITER_COMES 2 /* PTHREAD_RWLOCK_WRLOCKED: a writer has it, or is the next */
#define RWLOCK_READERS_WAIT 4 /* PTHREAD_RWLOCK_RWAITING */
#define RWLOCK_READER_SHIFT 3 /* PTHREAD_RWLOCK_READER_SHIFT */

/*
 * True if the task sleeps in pthread_rwlock_rdlock(), pthread_rwlock_wrlock() or a timed one of
 * them, on a lock all of whose words are legal and fit the call. *ret_address is that of the lock.
 */
bool rwlock_word_decode(const struct kind_context *context, const struct look_task *task,
			struct futex_call *ret_call, struct rwlock_word *ret_word,
			uint64_t *ret_address);

/* Where the writer's tid lies in a lock of the task's. */
size_t rwlock_writer_offset(const struct look_task *task);

#endif /* DLTRACE_RWLOCK_WORD_H */
