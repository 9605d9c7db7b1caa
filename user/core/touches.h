/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who was ever seen near what: a task that waited for an object or held it. Bounded:
 * beyond a number nobody is called a bystander any more.
 */
#ifndef DLTRACE_TOUCHES_H
#define DLTRACE_TOUCHES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/look.h"

struct touches {
	uint64_t *slots; /* object and task mixed; 0: free; NULL until the first one */
	uint32_t count;
	bool full; /* some were not kept */
};

void touches_deinit(struct touches *touches);
void touches_add(struct touches *touches, uint64_t object, const struct look_task *task);
/* True if the task was seen near the object, or if that is not known. */
bool touches_has(const struct touches *touches, uint64_t object, const struct look_task *task);

#endif /* DLTRACE_TOUCHES_H */
