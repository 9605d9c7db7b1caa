/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arguments of the futex calls, decoded: futex() (linux/futex.h, futex(2))
 * and futex_wait() (FUTEX2_* in linux/futex.h, since Linux 6.7).
 */
#ifndef DLTRACE_FUTEX_CALL_H
#define DLTRACE_FUTEX_CALL_H

#include "core/kind.h"

struct futex_call {
	uint64_t address;
	uint32_t value; /* that the word had when the task went to sleep */
	bool wait;	/* waits for one 32-bit word; false: some other operation that sleeps */
	bool bitset;	/* FUTEX_WAIT_BITSET and not FUTEX_WAIT */
	bool lock_pi;	/* FUTEX_LOCK_PI, FUTEX_LOCK_PI2: the word is its owner's tid */
	bool requeue; /* FUTEX_WAIT_REQUEUE_PI: may be moved to a lock, of the same address space */
	bool wall_clock;  /* FUTEX_CLOCK_REALTIME, which glibc sets without a timeout, too */
	bool private_key; /* the call says that only its own address space wakes it */
	bool timed;
};

/* False if the task is in no futex call. */
bool futex_call_decode(const struct look_task *task, struct futex_call *ret);

/*
 * Who can reach the word, by the call and by what the look found mapped there. The kernel keys a
 * futex by the address space if the call says so or the page is anonymous, else by inode and
 * offset (kernel/futex/core.c: get_futex_key()).
 */
enum futex_scope {
	FUTEX_SCOPE_MEMORY, /* tasks of the address space */
	FUTEX_SCOPE_FILE,   /* whoever maps the file */
	FUTEX_SCOPE_UNKNOWN,
};
enum futex_scope futex_call_scope(const struct look_task *task, const struct futex_call *call);

/* Says what is waited for: wait_object() by scope, or why that is not known. */
void futex_call_object(const struct look_task *task, const struct futex_call *call,
		       struct wait_builder *b);
/* "<what> 0x7f00 (inode 6)" for describe(). */
void futex_call_describe(const struct look_task *task, const char *what, char *ret, size_t size);
/* The first `length` bytes at the word, as evidence, if the look brought them. */
void futex_call_saw(const struct look_task *task, const struct futex_call *call,
		    struct wait_builder *b, size_t length, const char *meaning);

extern const char *const futex_wchan[];

#endif /* DLTRACE_FUTEX_CALL_H */
