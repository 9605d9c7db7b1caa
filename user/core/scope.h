/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which processes -p is about: the named ones and their descendants, found anew
 * at each look; a descendant stays one when its parent dies.
 */
#ifndef DLTRACE_SCOPE_H
#define DLTRACE_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/look.h"

struct scope {
	const uint32_t *named; /* not owned; NULL: everything is in scope */
	size_t named_count;
	uint64_t *known; /* processes in scope at the last look, pid and start mixed; sorted */
	size_t known_count;
	uint8_t *in; /* of each process of the look */
	uint32_t processes, tasks; /* alive and in scope */
	bool named_alive;
};

void scope_init(struct scope *scope, const uint32_t *named, size_t named_count);
void scope_deinit(struct scope *scope);
/* 0 or -ENOMEM, and then the scope is as before. */
int scope_update(struct scope *scope, const struct look *look);
bool scope_has(const struct scope *scope, const struct look *look, uint32_t pid);
/* True if the process is one of those that were named. */
bool scope_names(const struct scope *scope, uint32_t pid);

#endif /* DLTRACE_SCOPE_H */
