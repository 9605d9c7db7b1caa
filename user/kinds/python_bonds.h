/* SPDX-License-Identifier: BSD-2-Clause */
/* What the interpreter says of the lock that one of its threads waits for. */
#ifndef DLTRACE_PYTHON_BONDS_H
#define DLTRACE_PYTHON_BONDS_H

#include "core/kind.h"

/* NULL: there is none. They are the probe's answers. */
struct python_bonds {
	uint64_t word;			 /* that is waited for: the futex, or what parks there */
	const struct python_lock *seen;	 /* by a thread that waits for it: what it is */
	const struct python_lock *bound; /* whoever is responsible, with whatever bond */
	bool rivals;			 /* several threads are inside a with statement of it */
	bool partial;			 /* some thread's bonds may be missing */
};

/* Asks at COST_SEARCH. 0 or -errno. */
int python_bonds_find(const struct kind_context *context, const struct look_task *task,
		      const struct interpreter *interpreter, struct python_bonds *ret);

#endif /* DLTRACE_PYTHON_BONDS_H */
