/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "report/graph_view.h"
#include "report/layout.h"
#include "sample_deadlock.h"

static struct graph_view viewed(struct deadlock *deadlock)
{
	struct graph_view view;

	cr_assert_eq(graph_view_init(&view, deadlock), 0);
	deadlock_free(deadlock);
	return view;
}

static void expect_edge(const struct graph_view *view, size_t i, size_t from, size_t to, bool ring,
			const char *label)
{
	cr_assert_lt(i, view->edge_count);
	cr_expect_eq(view->edges[i].from, from);
	cr_expect_eq(view->edges[i].to, to);
	cr_expect_eq(view->edges[i].ring, ring);
	cr_expect_str_eq(view->edges[i].label, label);
}

Test(graph_view, ring_and_victim_are_boxes_and_arrows)
{
	struct graph_view view = viewed(sample_two_places());

	cr_assert_eq(view.node_count, 3);
	cr_expect_str_eq(view.nodes[0].title, "python3[100]");
	cr_expect_str_eq(view.nodes[0].place, "deposit at bank.py:9");
	cr_expect_eq(view.nodes[2].type, VIEW_VICTIMS);
	expect_edge(&view, 0, 0, 1, true, "held: account_lock");
	expect_edge(&view, 1, 1, 0, true, "held: log_lock");
	expect_edge(&view, 2, 2, 0, false, "child's end");
	graph_view_deinit(&view);
}

Test(graph_view, a_ring_through_a_group_is_closed)
{
	struct graph_view view = viewed(sample_undrained_queue());

	expect_edge(&view, 1, 1, 0, true, "to read: pipe of inode 9");
	graph_view_deinit(&view);
}

Test(graph_view, many_are_folded)
{
	struct deadlock *deadlock = sample_no_waker(30);

	sample_victims(deadlock, 1000);

	struct graph_view view = viewed(deadlock);
	size_t victims = 0;

	cr_assert_leq(view.node_count, 8 + 1 + 1 + 3);
	for (size_t i = 0; i < view.node_count; i++)
		if (view.nodes[i].type == VIEW_VICTIMS)
			victims += view.nodes[i].folded;
	cr_expect_eq(victims, 1000);
	cr_expect_str_eq(view.nodes[8].title, "22 more like them");
	graph_view_deinit(&view);
}

Test(graph_view, long_names_are_cut)
{
	struct deadlock *deadlock = sample_two_places();

	memset(deadlock->causes[0].name, 'x', sizeof(deadlock->causes[0].name) - 1);

	struct graph_view view = viewed(deadlock);

	cr_expect_leq(strlen(view.edges[0].label), 36 + 2);
	graph_view_deinit(&view);
}

Test(layout, request_tells_no_name)
{
	struct graph_view view = viewed(sample_two_places());
	char *request = layout_request(&view);

	cr_expect_null(strstr(request, "python3"), "%s", request);
	cr_expect_null(strstr(request, "account"), "%s", request);
	free(request);
	graph_view_deinit(&view);
}

#define PLAIN                                                          \
	"graph 1 3.000 2.000\n"                                        \
	"node n0 1.500 1.500 1.0 0.5 \"\" solid box black lightgrey\n" \
	"node n1 1.500 0.500 1.0 0.5 \"\" solid box black lightgrey\n" \
	"edge n0 n0 4 1 1 1.1 1.1 1.2 1.2 1.3 1.3 \"xx\" 1.2 1.0 solid black\nstop\n"

/* A cause that waits for its own lock, held by a dead one: two boxes. */
static struct graph_view small_view(void)
{
	struct deadlock *deadlock = sample_self(WAIT_MUTEX);

	sample_victims(deadlock, 1);
	deadlock->victims[0].waits_for.pid = 0;
	return viewed(deadlock);
}

Test(layout, takes_the_answer_and_turns_it_over)
{
	struct graph_view view = small_view();
	struct layout layout;

	cr_assert_eq(view.edge_count, 1);
	cr_assert(layout_read(&layout, &view, PLAIN));
	cr_expect_lt(layout.boxes[0].centre.y, layout.boxes[1].centre.y);
	cr_expect_eq(layout.curves[0].count, 4);
	layout_deinit(&layout);
	graph_view_deinit(&view);
}

Test(layout, refuses_what_is_no_answer)
{
	static const char *const wrong[] = {
		"",
		"stop\n",
		"Error: syntax\n",
		"graph 1 3.000 2.000\nstop\n",
		"graph 1 -3 2\nstop\n",
		"graph 1 3 2\nnode n7 1 1 1 1\nstop\n",
		"graph 1 3 2\nnode n0 1 1 1 1\nnode n1 1 1 1 1\nedge n0 n0 400 1 1\nstop\n",
		"graph 1 3 2\nnode n0 1 1 1 1\nnode n1 1 1 1 1\nedge n0 n0 4 1 1\nstop\n",
		"graph 1 3 2\nnode n0 nan nan 1 1\nnode n1 1 1 1 1\nstop\n",
	};
	struct graph_view view = small_view();
	struct layout layout;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		cr_expect_not(layout_read(&layout, &view, wrong[i]), "%s", wrong[i]);
	graph_view_deinit(&view);
}

Test(layout, in_columns_no_box_covers_another)
{
	struct deadlock *deadlock = sample_no_waker(30);

	sample_victims(deadlock, 1000);

	struct graph_view view = viewed(deadlock);
	struct layout layout;

	cr_assert_eq(layout_columns(&layout, &view), 0);
	for (size_t i = 0; i < layout.box_count; i++) {
		const struct layout_box *a = &layout.boxes[i];

		cr_expect_leq(a->centre.x + a->width / 2, layout.width);
		cr_expect_leq(a->centre.y + a->height / 2, layout.height);
		for (size_t j = 0; j < i; j++) {
			const struct layout_box *b = &layout.boxes[j];

			cr_expect(2 * (b->centre.y - a->centre.y) >= a->height + b->height ||
					  2 * (a->centre.y - b->centre.y) >=
						  a->height + b->height ||
					  2 * (b->centre.x - a->centre.x) >= a->width + b->width ||
					  2 * (a->centre.x - b->centre.x) >= a->width + b->width,
				  "%zu and %zu", i, j);
		}
	}
	layout_deinit(&layout);
	graph_view_deinit(&view);
}
