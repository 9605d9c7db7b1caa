/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One self-contained page of all that stands: for each deadlock the sentence, the
 * picture, the advice; each cause opens to its stack and its proof. Nothing is
 * loaded from anywhere, and the page forbids it (Content-Security-Policy).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/kind.h"
#include "report/advice_line.h"
#include "report/buffer.h"
#include "report/format.h"
#include "report/graph_view.h"
#include "report/html_cause.h"
#include "report/html_coroutines.h"
#include "report/html_graph.h"
#include "report/html_style.h"
#include "report/html_text.h"
#include "report/html_victims.h"
#include "report/label.h"
#include "report/page.h"
#include "report/sentence.h"

#define LAID_OUT 8 /* by the program, which takes its time; the others in columns */

static void write_head(FILE *out, const struct page *page, const struct run_summary *summary)
{
	size_t count = summary->active_count;

	fprintf(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
		"<title>dltrace: %zu deadlock%s</title>\n<style>\n%s</style>\n</head>\n<body>\n"
		"<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\"><defs>"
		"<marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" "
		"markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">"
		"<path d=\"M0 0L8 4L0 8z\"/></marker>"
		"<marker id=\"ring-tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"10\" "
		"markerHeight=\"10\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">"
		"<path d=\"M0 0L8 4L0 8z\"/></marker></defs></svg>\n<main>\n",
		count, count == 1 ? "" : "s", html_style);
	fputs("<header><h1>", out);
	if (count)
		fprintf(out, "%zu deadlock%s", count, count == 1 ? "" : "s");
	else
		fputs("No deadlock", out);
	fprintf(out, "</h1><span>%s</span></header>\n", format_time(page->now.wall_ns).text);
}

/* Those that the picture shows, and so leads to, at once; the others behind a click more. */
static void write_causes(FILE *out, size_t d, const struct deadlock *deadlock)
{
	size_t count = deadlock->cause_count, shown = count < CAUSES_DRAWN ? count : CAUSES_DRAWN;

	for (size_t c = 0; c < shown; c++)
		html_cause(out, d, c, &deadlock->causes[c], deadlock->found_ns);
	if (shown == count)
		return;
	fprintf(out, "<details><summary><b>%zu more like them</b></summary>\n<div>\n",
		count - shown);
	for (size_t c = shown; c < count; c++)
		html_cause(out, d, c, &deadlock->causes[c], deadlock->found_ns);
	fputs("</div></details>\n", out);
}

static int write_deadlock(FILE *out, const struct output *output, size_t d,
			  const struct deadlock *deadlock)
{
	_cleanup_free_ char *sentence = sentence_new(deadlock);
	_cleanup_free_ char *advice = advice_line_new(deadlock);
	_cleanup_free_ char *release = release_line_new(deadlock);
	uint64_t stuck_ns = elapsed(deadlock->since_ns, deadlock->found_ns);

	if (!sentence || !advice || !release)
		return -ENOMEM;
	fprintf(out,
		"<article id=\"d%zu\">\n<p class=\"kicker\"><b>%s, %s</b> &middot; stuck for %s, since "
		"<time>%s</time></p>\n<h2>",
		d, verdict_name[deadlock->verdict], certainty_name[deadlock->certainty],
		format_duration(stuck_ns).text,
		format_time(elapsed(stuck_ns, deadlock->found_wall_ns)).text);
	html_text(out, sentence);
	fputs("</h2>\n", out);

	int err = html_graph(out, output, d, deadlock);

	if (err)
		return err;
	fputs("<p class=\"advice\">", out);
	html_text(out, advice);
	if (*release) {
		fputs("<span>", out);
		html_text(out, release);
		fputs("</span>", out);
	}
	fputs("</p>\n<h3>Who waits, where, and how we know</h3>\n", out);
	write_causes(out, d, deadlock);
	html_victims(out, deadlock);
	fprintf(out, "<p class=\"small\">id <code>%016" PRIx64 "</code></p>\n</article>\n",
		deadlock->id);
	return 0;
}

static void write_chain(FILE *out, const struct chain *chain, uint64_t now_ns)
{
	fputs("<li>", out);
	if (chain->bystanders)
		fprintf(out,
			"<b>stalled</b>, open only through %u bystander%s: ", chain->bystanders,
			chain->bystanders == 1 ? "" : "s");
	for (size_t i = 0; i < chain->count; i++) {
		const struct chain_link *link = &chain->links[i];

		if (i)
			fputs(" &rarr; ", out);
		HTML(out, label_task(HTML_OUT, &link->task));
		if (link->kind == WAIT_NONE) {
			fputs(link->task.flags & TASK_DEAD ? " has ended" : " runs", out);
			continue;
		}
		fprintf(out, " <span class=\"small\">in %s, %s", call_name(link->task.call),
			format_duration(elapsed(link->since_ns, now_ns)).text);
		if (link->open && i + 1 == chain->count)
			fprintf(out, ", open: %s", open_reason_name[__builtin_ctz(link->open)]);
		fputs("</span>", out);
	}
	html_coroutines(out, &chain->coroutines);
	fputs("</li>\n", out);
}

static void write_chains(FILE *out, const struct page *page)
{
	if (!page->chain_count)
		return;
	fputs("<h3>Blocked, and not deadlocked</h3>\n<ul class=\"plain\">\n", out);
	for (size_t i = 0; i < page->chain_count; i++)
		write_chain(out, &page->chains[i], page->now.ns);
	fputs("</ul>\n", out);
}

static void write_gone(FILE *out, const struct page *page)
{
	if (!page->gone_count)
		return;
	fputs("<h3>Resolved since</h3>\n<ul class=\"plain\">\n", out);
	for (size_t i = page->gone_count; i--;) {
		const struct page_gone *gone = &page->gone[i];

		fputs("<li>", out);
		html_text(out, gone->sentence);
		fprintf(out,
			" <span class=\"small\">%s, gone after %s, at %s, id %016" PRIx64
			"</span></li>\n",
			verdict_name[gone->verdict], format_duration(gone->after_ns).text,
			format_time(gone->wall_ns).text, gone->id);
	}
	fputs("</ul>\n", out);
}

static void write_foot(FILE *out, const struct run_summary *summary)
{
	const struct judge_stats *stats = summary->stats;
	const char *before = " Left open: ";

	fprintf(out, "<footer><p>%u tasks, %u of them blocked, %u looks.", stats->tasks,
		stats->blocked, stats->looks);
	for (size_t i = 0; i < OPEN_REASONS; i++) {
		if (!stats->open[i])
			continue;
		fprintf(out, "%s%s %u", before, open_reason_name[i], stats->open[i]);
		before = ", ";
	}
	fputs(*before == ',' ? "." : "", out);
	before = " Incomplete: ";
	for (size_t i = 0; i < INCOMPLETE_REASONS; i++) {
		if (!(stats->incomplete & 1ull << i))
			continue;
		fprintf(out, "%s%s", before, incomplete_name[i]);
		before = ", ";
	}
	fputs(*before == ',' ? "." : "", out);

	uint64_t lost = tally_sum(summary->events_lost);

	if (lost)
		fprintf(out, " Events lost: %" PRIu64 ".", lost);
	fprintf(out,
		" dltrace %s.</p></footer>\n</main>\n<script>\n%s</script>\n</body>\n</html>\n",
		DLTRACE_VERSION, html_script);
}

static int html_page(const struct output *output, const struct page *page,
		     const struct run_summary *summary)
{
	struct output without = *output;
	struct buffer buffer;
	int err = buffer_open(&buffer);

	if (err)
		return err;
	without.lay_out = NULL;
	write_head(buffer.stream, page, summary);
	for (size_t d = 0; d < summary->active_count && !err; d++)
		err = write_deadlock(buffer.stream, d < LAID_OUT ? output : &without, d,
				     summary->active[d]);
	write_chains(buffer.stream, page);
	write_gone(buffer.stream, page);
	write_foot(buffer.stream, summary);

	int closed = buffer_close(&buffer);

	if (!err)
		err = closed ? closed : output_write(output, buffer.text, buffer.length);
	free(buffer.text);
	return err;
}

const struct reporter html_reporter = { .page = html_page };
