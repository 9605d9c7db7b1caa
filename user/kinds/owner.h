/* SPDX-License-Identifier: BSD-2-Clause */
/* A lock that names its owner: who that is, and what it means if nobody there is it. */
#ifndef DLTRACE_OWNER_H
#define DLTRACE_OWNER_H

#include "core/kind.h"

struct futex_call;

struct owner_word {
	uint64_t address; /* of the four bytes that name the owner */
	uint32_t bytes;	  /* as they are there */
	uint32_t tid;	  /* taken from them; in the waiter's PID namespace; not 0 */
	bool checked;	  /* the C library lets nobody but the owner release it */
};

/* The task of that tid in the waiter's PID namespace; false if nobody can tell. */
bool owner_find(const struct kind_context *context, const struct look_task *task, uint32_t tid,
		uint32_t *ret_owner);
/* True if the owner lives in the waiter's address space. */
bool owner_is_near(const struct kind_context *context, const struct look_task *task,
		   uint32_t owner);
/*
 * Says who alone can end a wait for what the word names the owner of: a task, the dead, or, if
 * that cannot be, that the wait is open. Returns the cost of the next question.
 */
enum cost owner_resolve(const struct kind_context *context, const struct look_task *task,
			const struct futex_call *call, const struct owner_word *word,
			enum cost budget, struct wait_builder *b);

#endif /* DLTRACE_OWNER_H */
