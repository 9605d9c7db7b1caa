/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the tasks of a finding are, and what the object is called that they wait
 * for: asked when it is written up, and only then.
 */
#ifndef DLTRACE_WHEREABOUTS_H
#define DLTRACE_WHEREABOUTS_H

#include "core/deadlock.h"
#include "core/kind.h"

/* So many causes and victims of a finding have their stacks read, in order. */
#define CAUSES_WITH_STACK  32
#define VICTIMS_WITH_STACK 8
#define VICTIM_FRAMES	   4

/*
 * All of the task's frames of the wanted types, in stack, stack_count and stack_missing; of a
 * victim a few, from its own code on. 0 or -ENOMEM.
 */
int whereabouts_of_cause(const struct probe *probe, enum stacks wanted, struct cause *cause);
/* What the event loop has to do that the waiter of a chain runs. 0 or -ENOMEM. */
int whereabouts_of_chain(const struct probe *probe, enum stacks wanted, struct chain *chain);
int whereabouts_of_victim(const struct probe *probe, enum stacks wanted, struct victim *victim);

#endif /* DLTRACE_WHEREABOUTS_H */
