/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One graph of all that stands, for graphviz: a cluster for each process, causes
 * filled, victims folded, arrows labelled with relation and object.
 *
 *	digraph dltrace {
 *	  subgraph cluster_0_12 { label="process 12"; d0n0 [label="python3[12]\ntask at a.py:9"]; }
 *	  d0n0 -> d0n1 [label="held: account_lock", color="#b3261e", penwidth=2];
 *	}
 *
 * Names of nodes are our own; whatever else is a quoted string of printable
 * characters, in which a quote, a backslash and an ampersand are the only ones
 * that mean something (graphviz.org, "The DOT Language", "escString", "Special
 * Characters").
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "core/cleanup.h"
#include "report/buffer.h"
#include "report/format.h"
#include "report/graph_view.h"
#include "report/label.h"
#include "report/page.h"
#include "report/sentence.h"

static const char *const node_style[] = {
	[VIEW_CAUSE] = "fillcolor=\"#f9dedc\", color=\"#b3261e\"",
	[VIEW_MORE] = "fillcolor=\"#f9dedc\", color=\"#b3261e\", style=\"filled,rounded,dashed\"",
	[VIEW_OTHER] = "fillcolor=\"#eeeeee\", color=\"#777777\", style=\"filled,dashed\"",
	[VIEW_VICTIMS] = "fillcolor=\"#ffffff\", color=\"#777777\", fontcolor=\"#555555\"",
};

/* Inside of quotes. The rest of what is special there stands behind a backslash. */
static void write_quoted(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputs(*text == '&' ? "&amp;" : (char[]){ *text, '\0' }, out);
	}
}

static void write_node(FILE *out, size_t d, size_t n, const struct view_node *node)
{
	fprintf(out, "    d%zun%zu [label=\"", d, n);
	write_quoted(out, node->title);
	if (*node->place) {
		fputs("\\n", out);
		write_quoted(out, node->place);
	}
	if (node->type == VIEW_VICTIMS && node->folded > 1)
		fprintf(out, "\\nand %zu more", node->folded - 1);
	fprintf(out, "\", %s];\n", node_style[node->type]);
}

/* True if an earlier node is of the same process. */
static bool pid_was_before(const struct graph_view *view, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (view->nodes[i].pid == view->nodes[n].pid)
			return true;
	return false;
}

static void write_clusters(FILE *out, size_t d, const struct graph_view *view)
{
	for (size_t n = 0; n < view->node_count; n++) {
		uint32_t pid = view->nodes[n].pid;

		if (!pid) {
			write_node(out, d, n, &view->nodes[n]);
			continue;
		}
		if (pid_was_before(view, n))
			continue;
		fprintf(out, "    subgraph cluster_%zu_%u {\n    label=\"process %u\";\n", d, pid,
			pid);
		for (size_t i = n; i < view->node_count; i++)
			if (view->nodes[i].pid == pid)
				write_node(out, d, i, &view->nodes[i]);
		fputs("    }\n", out);
	}
}

static int write_deadlock(FILE *out, size_t d, const struct deadlock *deadlock)
{
	_cleanup_free_ char *sentence = sentence_new(deadlock);
	struct graph_view view;
	int err = sentence ? graph_view_init(&view, deadlock) : -ENOMEM;

	if (err)
		return err;
	fprintf(out, "  subgraph cluster_d%zu {\n    label=\"%s, %s, id %016" PRIx64 "\\n", d,
		verdict_name[deadlock->verdict], certainty_name[deadlock->certainty], deadlock->id);
	write_quoted(out, sentence);
	fputs("\";\n    color=\"#b3261e\";\n", out);
	write_clusters(out, d, &view);
	for (size_t e = 0; e < view.edge_count; e++) {
		const struct view_edge *edge = &view.edges[e];

		fprintf(out, "    d%zun%zu -> d%zun%zu [label=\"", d, edge->from, d, edge->to);
		write_quoted(out, edge->label);
		fprintf(out, "\"%s];\n", edge->ring ? ", color=\"#b3261e\", penwidth=2" : "");
	}
	fputs("  }\n", out);
	graph_view_deinit(&view);
	return 0;
}

static void write_chain(FILE *out, size_t c, const struct chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		const struct chain_link *link = &chain->links[i];
		struct buffer buffer;

		if (buffer_open(&buffer))
			return;
		label_task(buffer.stream, &link->task);
		if (link->kind == WAIT_NONE)
			fputs(link->task.flags & TASK_DEAD ? ", has ended" : ", runs",
			      buffer.stream);
		if (chain->bystanders && i + 1 == chain->count)
			fputs(", a bystander", buffer.stream);
		if (link->open && i + 1 == chain->count)
			fprintf(buffer.stream, ", open: %s",
				open_reason_name[__builtin_ctz(link->open)]);
		if (buffer_close(&buffer))
			return;
		fprintf(out, "  c%zun%zu [label=\"", c, i);
		write_quoted(out, buffer.text);
		free(buffer.text);
		fputs("\", fillcolor=\"#ffffff\", color=\"#777777\"];\n", out);
		if (i)
			fprintf(out, "  c%zun%zu -> c%zun%zu [label=\"%s\"];\n", c, i - 1, c, i,
				relation_name[chain->links[i - 1].relation]);
	}
}

static int dot_page(const struct output *output, const struct page *page,
		    const struct run_summary *summary)
{
	struct buffer buffer;
	int err = buffer_open(&buffer);

	if (err)
		return err;
	fprintf(buffer.stream,
		"// dltrace %s, %s: %zu deadlocks\n"
		"digraph dltrace {\n"
		"  node [shape=box, style=\"filled,rounded\", fontname=\"sans-serif\", fontsize=11];\n"
		"  edge [fontname=\"sans-serif\", fontsize=9, color=\"#777777\"];\n"
		"  graph [fontname=\"sans-serif\", fontsize=11, labeljust=l, color=\"#bbbbbb\"];\n",
		DLTRACE_VERSION, format_time(page->now.wall_ns).text, summary->active_count);
	for (size_t d = 0; d < summary->active_count && !err; d++)
		err = write_deadlock(buffer.stream, d, summary->active[d]);
	for (size_t c = 0; c < page->chain_count; c++)
		write_chain(buffer.stream, c, &page->chains[c]);
	for (size_t g = 0; g < page->gone_count; g++)
		fprintf(buffer.stream, "  // resolved: %s, id %016" PRIx64 "\n",
			verdict_name[page->gone[g].verdict], page->gone[g].id);
	fputs("}\n", buffer.stream);

	int closed = buffer_close(&buffer);

	if (!err)
		err = closed ? closed : output_write(output, buffer.text, buffer.length);
	free(buffer.text);
	return err;
}

const struct reporter dot_reporter = { .page = dot_page };
