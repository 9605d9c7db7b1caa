/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is waited for, as the report names them.
 */
#ifndef DLTRACE_PARTY_H
#define DLTRACE_PARTY_H

#include "core/deadlock.h"
#include "core/graph.h"

/* Fills everything but evidence and is_cause. */
void party_fill(const struct graph *graph, uint32_t node, enum relation relation,
		struct party *ret);
/* The group's name for people, with its size. */
void group_label(const struct graph *graph, const struct group *group, char *ret, size_t size);

#endif /* DLTRACE_PARTY_H */
