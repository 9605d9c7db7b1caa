/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A deadlock as boxes and arrows, for the forms that draw: each cause a box, what
 * it waits for an arrow, victims folded into one box a process. Plain data, so
 * that DOT and the page draw the same.
 */
#ifndef DLTRACE_GRAPH_VIEW_H
#define DLTRACE_GRAPH_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct deadlock;

#define CAUSES_DRAWN 8 /* the others are one node */

enum view_type {
	VIEW_CAUSE,
	VIEW_MORE,    /* causes beyond the first few */
	VIEW_OTHER,   /* waited for and no cause: the dead, a group */
	VIEW_VICTIMS, /* of one process */
};

struct view_node {
	enum view_type type;
	uint32_t pid;  /* whose process it is part of; 0: none */
	size_t cause;  /* VIEW_CAUSE: its index in the deadlock */
	size_t folded; /* VIEW_VICTIMS: how many; VIEW_MORE: likewise */
	char *title;   /* "python3[12]"; printable, owned */
	char *place;   /* "deposit at bank.py:9", may be empty; printable, owned */
};

struct view_edge {
	size_t from, to; /* nodes */
	bool ring;	 /* between neighbours of the headline ring */
	char *label;	 /* "held: account_lock"; printable, owned */
};

struct graph_view {
	struct view_node *nodes;
	struct view_edge *edges;
	size_t node_count, edge_count;
};

/* 0 or -ENOMEM. The deadlock need not outlive it. */
int graph_view_init(struct graph_view *view, const struct deadlock *deadlock);
void graph_view_deinit(struct graph_view *view);

#endif /* DLTRACE_GRAPH_VIEW_H */
