/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html_graph.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/deadlock.h"
#include "report/graph_view.h"
#include "report/html_text.h"
#include "report/layout.h"
#include "report/report.h"

#define LEGIBLE 0.65 /* a picture shrinks so far to fit; what does not is scrolled */

static const char *const node_class[] = {
	[VIEW_CAUSE] = "cause",
	[VIEW_MORE] = "cause more",
	[VIEW_OTHER] = "other",
	[VIEW_VICTIMS] = "victim",
};

/* Whole pixels: no decimal point, whatever the locale. */
static long pixel(double value)
{
	return lround(value);
}

static void write_box(FILE *out, size_t d, const struct view_node *node,
		      const struct layout_box *box)
{
	double x = box->centre.x, y = box->centre.y;
	bool second = *node->place || node->folded > 1;

	if (node->type == VIEW_CAUSE)
		fprintf(out, "<a href=\"#d%zuc%zu\">", d, node->cause);
	fprintf(out,
		"<g class=\"%s\"><rect x=\"%ld\" y=\"%ld\" width=\"%ld\" height=\"%ld\" rx=\"8\"/>"
		"<text x=\"%ld\" y=\"%ld\" class=\"title\">",
		node_class[node->type], pixel(x - box->width / 2), pixel(y - box->height / 2),
		pixel(box->width), pixel(box->height), pixel(x), pixel(second ? y - 4 : y + 5));
	html_text(out, node->title);
	fputs("</text>", out);
	if (second) {
		fprintf(out, "<text x=\"%ld\" y=\"%ld\" class=\"place\">", pixel(x), pixel(y + 14));
		html_text(out, node->place);
		if (node->type == VIEW_VICTIMS && node->folded > 1)
			fprintf(out, "and %zu more", node->folded - 1);
		fputs("</text>", out);
	}
	fputs(node->type == VIEW_CAUSE ? "</g></a>\n" : "</g>\n", out);
}

static void write_curve(FILE *out, const struct view_edge *edge, const struct layout_curve *curve)
{
	fprintf(out, "<path class=\"edge%s\" d=\"M%ld %ldC", edge->ring ? " ring" : "",
		pixel(curve->points[0].x), pixel(curve->points[0].y));
	for (size_t i = 1; i < curve->count; i++)
		fprintf(out, "%s%ld %ld", i > 1 ? " " : "", pixel(curve->points[i].x),
			pixel(curve->points[i].y));
	fprintf(out, "\" marker-end=\"url(#%s)\"/>\n<text class=\"label\" x=\"%ld\" y=\"%ld\">",
		edge->ring ? "ring-tip" : "tip", pixel(curve->label.x), pixel(curve->label.y + 4));
	html_text(out, edge->label);
	fputs("</text>\n", out);
}

/* By the program if there is one and it knows what to do, else in columns. */
static int lay_out(struct layout *layout, const struct output *output,
		   const struct graph_view *view)
{
	_cleanup_free_ char *request = output->lay_out ? layout_request(view) : NULL;
	_cleanup_free_ char *plain = request ? output->lay_out(request) : NULL;

	if (plain && layout_read(layout, view, plain))
		return 0;
	return layout_columns(layout, view);
}

int html_graph(FILE *out, const struct output *output, size_t d, const struct deadlock *deadlock)
{
	struct graph_view view;
	struct layout layout;
	int err = graph_view_init(&view, deadlock);

	if (err)
		return err;
	err = lay_out(&layout, output, &view);
	if (err) {
		graph_view_deinit(&view);
		return err;
	}
	fprintf(out,
		"<figure><svg viewBox=\"0 0 %ld %ld\" width=\"%ld\" height=\"%ld\" "
		"style=\"min-width:%ldpx\" role=\"group\" aria-label=\"Who waits for whom\">\n",
		pixel(layout.width), pixel(layout.height), pixel(layout.width),
		pixel(layout.height), pixel(layout.width * LEGIBLE));
	for (size_t i = 0; i < view.edge_count; i++)
		write_curve(out, &view.edges[i], &layout.curves[i]);
	for (size_t i = 0; i < view.node_count; i++)
		write_box(out, d, &view.nodes[i], &layout.boxes[i]);
	fputs("</svg></figure>\n", out);
	layout_deinit(&layout);
	graph_view_deinit(&view);
	return 0;
}
