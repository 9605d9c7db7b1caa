/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of waiting, and lists of evidence. */
#include "core/wait.h"

#include <errno.h>
#include <stdlib.h>

const char *const wait_kind_name[WAIT_KIND_COUNT] = {
#define X(id, name) [WAIT_##id] = name,
	WAIT_KINDS(X)
#undef X
};

const char *const relation_name[RELATION_COUNT] = {
	[RELATION_HOLDS] = "holds",	      [RELATION_JOINS] = "joins",
	[RELATION_CHILD] = "child",	      [RELATION_WRITER] = "writer",
	[RELATION_READER] = "reader",	      [RELATION_PEER] = "peer",
	[RELATION_MAY_POST] = "may-post",     [RELATION_MAY_WAKE] = "may-wake",
	[RELATION_STOPPED_BY] = "stopped-by",
};

const char *const open_reason_name[OPEN_REASONS] = {
	[OPEN_TIMED] = "timed",
	[OPEN_STOPPED] = "stopped",
	[OPEN_FROZEN] = "frozen",
	[OPEN_SIGNAL] = "signal",
	[OPEN_AWAITED_SIGNAL] = "awaited-signal",
	[OPEN_TIMER] = "timer",
	[OPEN_DEVICE] = "device",
	[OPEN_TERMINAL] = "terminal",
	[OPEN_SOCKET] = "socket",
	[OPEN_IN_KERNEL] = "in-kernel",
	[OPEN_ALIVE] = "alive",
	[OPEN_NAME] = "name",
	[OPEN_CENSUS] = "census",
	[OPEN_UNCOUNTED] = "uncounted",
	[OPEN_UNREADABLE] = "unreadable",
	[OPEN_UNKNOWN_CALL] = "unknown-call",
	[OPEN_UNKNOWN_FUTEX] = "unknown-futex",
	[OPEN_BUSY] = "busy",
	[OPEN_QUARANTINED] = "quarantined",
};

const char *const evidence_source_name[] = {
	[EVIDENCE_MEMORY] = "memory",
	[EVIDENCE_KERNEL] = "kernel",
	[EVIDENCE_PROC] = "proc",
	[EVIDENCE_HISTORY] = "history",
};

void evidence_list_deinit(struct evidence_list *list)
{
	free(list->items);
	*list = (struct evidence_list){ 0 };
}

int evidence_list_add(struct evidence_list *list, const struct evidence *evidence)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? 2 * list->capacity : 4;
		struct evidence *items = reallocarray(list->items, capacity, sizeof(*items));

		if (!items)
			return -ENOMEM;
		list->items = items;
		list->capacity = capacity;
	}
	list->items[list->count++] = *evidence;
	return 0;
}
