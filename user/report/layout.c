/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names never leave the program: boxes are asked for by their size and arrows by
 * the room that their label takes, and only numbers come back.
 */
#include "report/layout.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/buffer.h"
#include "report/fold.h"
#include "report/graph_view.h"

#define POINTS_PER_INCH 72.0
#define MARGIN		12.0
#define TITLE_COLUMN	8.0 /* pixels of one character, on the wide side */
#define PLACE_COLUMN	6.3
#define LABEL_COLUMN	6.0
#define COLUMN_GAP	110.0
#define ROW_GAP		64.0

static struct layout_box box_of(const struct view_node *node)
{
	double title = TITLE_COLUMN * (double)fold_columns(node->title, strlen(node->title));
	double place = PLACE_COLUMN * (double)fold_columns(node->place, strlen(node->place));

	return (struct layout_box){
		.width = 28 + (title > place ? title : place),
		.height = *node->place || node->folded > 1 ? 48 : 34,
	};
}

static int layout_init(struct layout *layout, const struct graph_view *view)
{
	*layout = (struct layout){ .box_count = view->node_count, .curve_count = view->edge_count };
	layout->boxes = calloc(view->node_count + 1, sizeof(*layout->boxes));
	layout->curves = calloc(view->edge_count + 1, sizeof(*layout->curves));
	if (!layout->boxes || !layout->curves) {
		layout_deinit(layout);
		return -ENOMEM;
	}
	for (size_t i = 0; i < view->node_count; i++)
		layout->boxes[i] = box_of(&view->nodes[i]);
	return 0;
}

void layout_deinit(struct layout *layout)
{
	free(layout->boxes);
	free(layout->curves);
	*layout = (struct layout){ 0 };
}

/* Thousandths: printf takes the decimal point from the locale, and so does who reads. */
static void write_inches(FILE *out, double pixels)
{
	long thousandths = lround(pixels / POINTS_PER_INCH * 1000);

	fprintf(out, "%ld.%03ld", thousandths / 1000, thousandths % 1000);
}

char *layout_request(const struct graph_view *view)
{
	struct buffer buffer;

	if (buffer_open(&buffer))
		return NULL;
	fputs("digraph { rankdir=TB; nodesep=0.6; ranksep=0.55; "
	      "node [shape=box, fixedsize=true, label=\"\"]; edge [fontsize=11];\n",
	      buffer.stream);
	for (size_t i = 0; i < view->node_count; i++) {
		struct layout_box box = box_of(&view->nodes[i]);

		fprintf(buffer.stream, "n%zu [width=", i);
		write_inches(buffer.stream, box.width);
		fputs(", height=", buffer.stream);
		write_inches(buffer.stream, box.height);
		fputs("];\n", buffer.stream);
	}
	for (size_t i = 0; i < view->edge_count; i++) {
		const struct view_edge *edge = &view->edges[i];

		fprintf(buffer.stream, "n%zu -> n%zu [label=\"", edge->from, edge->to);
		for (size_t n = fold_columns(edge->label, strlen(edge->label)); n--;)
			fputc('x', buffer.stream);
		fputs("\"];\n", buffer.stream);
	}
	fputs("}\n", buffer.stream);
	buffer_close(&buffer);
	return buffer.text;
}

/* The number at *at, in the C locale's form; NAN if there is none. */
static double number_next(const char **at)
{
	double value = 0, scale = 1, sign = 1;
	const char *c = *at + strspn(*at, " ");
	const char *begin;

	if (*c == '-') {
		sign = -1;
		c++;
	}
	begin = c;
	for (; *c >= '0' && *c <= '9'; c++)
		value = value * 10 + (*c - '0');
	if (*c == '.')
		for (c++; *c >= '0' && *c <= '9'; c++)
			value += (*c - '0') * (scale /= 10);
	*at = c;
	return c == begin ? NAN : sign * value;
}

static struct point point_next(const char **at)
{
	double x = number_next(at) * POINTS_PER_INCH;

	return (struct point){ x, number_next(at) * POINTS_PER_INCH };
}

static const char *word_skip(const char *at)
{
	at += strspn(at, " ");
	return at + strcspn(at, " \n");
}

/* "n12": 12; beyond all if it is none. */
static size_t node_next(const char **at)
{
	const char *word = *at + strspn(*at, " ");

	*at = word_skip(word);
	return *word == 'n' ? strtoul(word + 1, NULL, 10) : (size_t)-1;
}

/* "edge n0 n1 4 x y x y x y x y "xxx" x y ...": points, then the label's middle. */
static bool curve_read(struct layout_curve *curve, const char *at)
{
	double count = number_next(&at);

	if (!(count >= 4 && count <= CURVE_POINTS))
		return false;
	curve->count = (size_t)count;
	for (size_t i = 0; i < curve->count; i++)
		curve->points[i] = point_next(&at);
	at = word_skip(at);
	curve->label = point_next(&at);
	return !isnan(curve->label.x) && !isnan(curve->label.y) &&
	       !isnan(curve->points[curve->count - 1].y);
}

/* Edges come in another order than they were asked for; those between the same nodes in order. */
static bool edge_read(struct layout *layout, const struct graph_view *view, const char *at)
{
	size_t from = node_next(&at), to = node_next(&at);

	for (size_t i = 0; i < view->edge_count; i++)
		if (view->edges[i].from == from && view->edges[i].to == to &&
		    !layout->curves[i].count)
			return curve_read(&layout->curves[i], at);
	return false;
}

static bool line_read(struct layout *layout, const struct graph_view *view, const char *line)
{
	const char *at = line;

	if (!strncmp(line, "graph ", 6)) {
		at += 6;
		number_next(&at);
		layout->width = number_next(&at) * POINTS_PER_INCH;
		layout->height = number_next(&at) * POINTS_PER_INCH;
		return layout->width > 0 && layout->height > 0;
	}
	if (!strncmp(line, "node ", 5)) {
		at += 5;

		size_t i = node_next(&at);

		if (i >= view->node_count)
			return false;
		layout->boxes[i].centre = point_next(&at);
		return layout->boxes[i].centre.x > 0 && layout->boxes[i].centre.y > 0;
	}
	if (!strncmp(line, "edge ", 5))
		return edge_read(layout, view, line + 5);
	return !strncmp(line, "stop", 4);
}

static struct point flip(const struct layout *layout, struct point p)
{
	return (struct point){ p.x + MARGIN, layout->height - p.y + MARGIN };
}

/* True if all was told. Then y runs down, and there is a margin. */
static bool layout_finish(struct layout *layout)
{
	for (size_t i = 0; i < layout->box_count; i++) {
		if (!(layout->boxes[i].centre.x > 0))
			return false;
		layout->boxes[i].centre = flip(layout, layout->boxes[i].centre);
	}
	for (size_t i = 0; i < layout->curve_count; i++) {
		struct layout_curve *curve = &layout->curves[i];

		if (!curve->count)
			return false;
		for (size_t p = 0; p < curve->count; p++)
			curve->points[p] = flip(layout, curve->points[p]);
		curve->label = flip(layout, curve->label);
	}
	layout->width += 2 * MARGIN;
	layout->height += 2 * MARGIN;
	return true;
}

bool layout_read(struct layout *layout, const struct graph_view *view, const char *plain)
{
	bool good = layout_init(layout, view) == 0;

	/* lines of more than a few hundred bytes are continued behind a backslash; ours are not */
	for (const char *line = plain; good && *line;) {
		good = line_read(layout, view, line);
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	if (good && layout_finish(layout))
		return true;
	layout_deinit(layout);
	return false;
}

static size_t column_of(const struct view_node *node)
{
	static const size_t column[] = {
		[VIEW_VICTIMS] = 0,
		[VIEW_CAUSE] = 1,
		[VIEW_MORE] = 1,
		[VIEW_OTHER] = 2,
	};

	return column[node->type];
}

/* Boxes top down, each column as wide as its widest box. */
static void boxes_place(struct layout *layout, const struct graph_view *view)
{
	double x = MARGIN;

	for (size_t column = 0; column < 3; column++) {
		double widest = 0, y = MARGIN;

		for (size_t i = 0; i < view->node_count; i++)
			if (column_of(&view->nodes[i]) == column && layout->boxes[i].width > widest)
				widest = layout->boxes[i].width;
		for (size_t i = 0; i < view->node_count; i++) {
			struct layout_box *box = &layout->boxes[i];

			if (column_of(&view->nodes[i]) != column)
				continue;
			box->centre = (struct point){ x + widest / 2, y + box->height / 2 };
			y += box->height + ROW_GAP;
		}
		if (widest > 0)
			x += widest + COLUMN_GAP;
		if (y - ROW_GAP + MARGIN > layout->height)
			layout->height = y - ROW_GAP + MARGIN;
	}
	layout->width = x;
}

static struct layout_curve curve_of(struct point a, struct point b, struct point c, struct point d)
{
	return (struct layout_curve){
		.points = { a, b, c, d },
		.count = 4,
		.label = { (a.x + 3 * b.x + 3 * c.x + d.x) / 8,
			   (a.y + 3 * b.y + 3 * c.y + d.y) / 8 },
	};
}

/* Straight down to the next, bent around the right side otherwise, and sideways to the others. */
static struct layout_curve curve_place(const struct layout_box *from, const struct layout_box *to)
{
	struct point a = from->centre, b = to->centre;
	bool same_column = fabs(a.x - b.x) < 1;

	if (same_column && b.y > a.y) {
		a.y += from->height / 2;
		b.y -= to->height / 2;
		return curve_of(a, (struct point){ a.x, a.y + 20 }, (struct point){ b.x, b.y - 20 },
				b);
	}
	if (same_column) {
		a.x += from->width / 2;
		b.x += to->width / 2;
		return curve_of(a, (struct point){ a.x + 70, a.y }, (struct point){ b.x + 70, b.y },
				b);
	}
	a.x += (a.x < b.x ? 1 : -1) * from->width / 2;
	b.x += (a.x < b.x ? -1 : 1) * to->width / 2;
	return curve_of(a, (struct point){ (a.x + b.x) / 2, a.y },
			(struct point){ (a.x + b.x) / 2, b.y }, b);
}

int layout_columns(struct layout *layout, const struct graph_view *view)
{
	int err = layout_init(layout, view);

	if (err)
		return err;
	boxes_place(layout, view);
	for (size_t i = 0; i < view->edge_count; i++)
		layout->curves[i] = curve_place(&layout->boxes[view->edges[i].from],
						&layout->boxes[view->edges[i].to]);
	return 0;
}
