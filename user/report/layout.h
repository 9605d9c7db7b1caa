/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the boxes and arrows of a deadlock go on a page, in CSS pixels, y down.
 * Either as a program lays them out (graphviz: layout_request() is what to ask
 * it, layout_read() takes its answer) or in columns.
 */
#ifndef DLTRACE_LAYOUT_H
#define DLTRACE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "report/graph_view.h"

struct point {
	double x, y;
};

struct layout_box {
	struct point centre;
	double width, height;
};

#define CURVE_POINTS 64

/* Bezier: a start, then three points for each piece. */
struct layout_curve {
	struct point points[CURVE_POINTS];
	size_t count;
	struct point label; /* its middle */
};

struct layout {
	struct layout_box *boxes;    /* of each node of the view */
	struct layout_curve *curves; /* of each edge */
	size_t box_count, curve_count;
	double width, height;
};

/* The view's boxes and arrows as DOT without any name of theirs. malloc'ed; NULL: no memory. */
char *layout_request(const struct graph_view *view);
/* Takes what `dot -Tplain` wrote. False if it is not the answer to that. */
bool layout_read(struct layout *layout, const struct graph_view *view, const char *plain);
/* In columns: victims, causes, others. */
int layout_columns(struct layout *layout, const struct graph_view *view);
void layout_deinit(struct layout *layout);

#endif /* DLTRACE_LAYOUT_H */
