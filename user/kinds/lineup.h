/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The threads of a process, and which of them have the address of a lock, or of the
 * object that it is part of, on their stacks or in their registers.
 */
#ifndef DLTRACE_LINEUP_H
#define DLTRACE_LINEUP_H

#include "core/kind.h"
#include "kinds/guard_lock.h"

#define LINEUP_MOST 64

struct suspect {
	uint32_t task;
	bool waits;		    /* for this very lock, so it gives back nothing */
	struct stack_pointer guard; /* the lock's address on its stack; zero: it is not there */
	struct answer pointers;	    /* the first item: where its stack is mapped, from and to */
};

struct lineup {
	const struct kind_context *context;
	const struct look_task *task; /* who waits */
	const struct guard_lock *lock;
	struct suspect suspects[LINEUP_MOST];
	uint32_t count;
};

/*
 * All living threads of the waiter's process. 0; -E2BIG: they are too many, or others share its
 * memory; or why one could not be read, -EAGAIN if it ran. Valid until the next look.
 */
int lineup_fill(struct lineup *lineup, const struct kind_context *context,
		const struct look_task *task, const struct guard_lock *lock);

/* The memory that the lock is part of, as far as anybody knows; its end is still a part. */
struct object_range {
	uint64_t begin, end;
};
struct object_range lineup_object(const struct lineup *lineup);

/* True if it has the address of the lock or of its object, be it in a register or a leftover. */
bool suspect_knows_object(const struct suspect *suspect, uint64_t lock,
			  const struct object_range *object);
/* True if the address lies in the mapping of one of their stacks. */
bool lineup_is_stack(const struct lineup *lineup, uint64_t address);

#endif /* DLTRACE_LINEUP_H */
