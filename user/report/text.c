/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For people, at three in the morning: the finding in one sentence, then who waits
 * where for what held by whom, who is stuck behind, the proof in small print, and
 * last, where the eye rests, what to do about it.
 *
 *	deadlock: python3[12] waits for account_lock, which python3[13] holds, and
 *	          python3[13] waits for log_lock, which python3[12] holds
 *	  cycle, proven; stuck for 12.4 s, since 2026-01-31T11:59:47.723Z
 *
 *	  python3[12] in deposit at bank.py:9
 *	    has waited 12.4 s in futex (semlock)
 *	    for account_lock, semaphore 0x7f48d49ea000 (inode 6)
 *	    held by python3[13]
 *	  ...
 *	  stuck behind them: 1
 *	    python3[11] waits for child python3[12]
 *
 *	  proof, id 9f0c2d11a86be340
 *	    of python3[12]
 *	      - memory of 13 at 0x7f48d3e09d40: 01000000, SemLock.count is 1
 *	      - mappers of inode 6: kernel 3, found 3
 *	  ...
 *	  advice: take the locks in the same order everywhere: ...
 *	          ending python3[12] would let 1 other task go on
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/kind.h"
#include "report/advice_line.h"
#include "report/buffer.h"
#include "report/fold.h"
#include "report/format.h"
#include "report/label.h"
#include "report/printable.h"
#include "report/report.h"
#include "report/sentence.h"
#include "report/text_body.h"
#include "report/text_coroutines.h"

#define BOLD_RED   "\033[1;31m"
#define BOLD_GREEN "\033[1;32m"
#define BOLD	   "\033[1m"
#define DIM	   "\033[2m"
#define PLAIN	   "\033[0m"

#define ADVICE_COLUMN 10 /* behind "  advice: " */

/* Closes the buffer, writes what is in it, frees it. */
static int buffer_write(struct buffer *buffer, const struct output *output)
{
	int error = buffer_close(buffer);

	if (!error)
		error = output_write(output, buffer->text, buffer->length);
	free(buffer->text);
	return error;
}

/* The same, folded. */
static int line_write(struct buffer *line, const struct output *output, size_t indent)
{
	int error = buffer_close(line);
	_cleanup_free_ char *text = line->text;
	struct buffer folded;

	if (error || buffer_open(&folded))
		return -ENOMEM;
	fold(folded.stream, text, 0, indent);
	return buffer_write(&folded, output);
}

/* "word: text", folded, the word in its colour. */
static void write_headed(FILE *out, const struct output *output, const char *color, size_t indent,
			 const char *word, const char *text)
{
	size_t column = indent + strlen(word) + 2;

	fprintf(out, "%*s%s%s:%s ", (int)indent, "", output->color ? color : "", word,
		output->color ? PLAIN : "");
	fold(out, text, column, column);
}

static int text_deadlock(const struct output *output, const struct deadlock *deadlock)
{
	_cleanup_free_ char *sentence = sentence_new(deadlock);
	_cleanup_free_ char *advice = advice_line_new(deadlock);
	_cleanup_free_ char *release = release_line_new(deadlock);
	uint64_t stuck_ns = elapsed(deadlock->since_ns, deadlock->found_ns);
	struct buffer buffer;

	if (!sentence || !advice || !release || buffer_open(&buffer))
		return -ENOMEM;

	FILE *out = buffer.stream;

	write_headed(out, output, BOLD_RED, 0, "deadlock", sentence);
	fprintf(out, "  %s, %s; stuck for %s, since %s\n", verdict_name[deadlock->verdict],
		certainty_name[deadlock->certainty], format_duration(stuck_ns).text,
		format_time(elapsed(stuck_ns, deadlock->found_wall_ns)).text);
	text_causes(out, deadlock);
	text_victims(out, deadlock);
	fprintf(out, "%s\n", output->color ? DIM : "");
	text_stacks(out, deadlock);
	fprintf(out, "  proof, id %016" PRIx64 "\n", deadlock->id);
	text_proof(out, deadlock);
	fprintf(out, "%s\n", output->color ? PLAIN : "");
	write_headed(out, output, BOLD, 2, "advice", advice);
	if (*release) {
		fprintf(out, "%*s", ADVICE_COLUMN, "");
		fold(out, release, ADVICE_COLUMN, ADVICE_COLUMN);
	}
	fputc('\n', out);
	return buffer_write(&buffer, output);
}

static int text_resolved(const struct output *output, const struct deadlock *deadlock,
			 const struct moment *now)
{
	char text[128];
	struct buffer buffer;

	if (buffer_open(&buffer))
		return -ENOMEM;
	snprintf(text, sizeof(text), "%s %016" PRIx64 " is gone after %s",
		 verdict_name[deadlock->verdict], deadlock->id,
		 format_duration(elapsed(deadlock->since_ns, now->ns)).text);
	write_headed(buffer.stream, output, BOLD_GREEN, 0, "resolved", text);
	return buffer_write(&buffer, output);
}

static bool is_frozen(const struct chain_link *link)
{
	return link->open & OPEN_BIT(OPEN_FROZEN);
}

static bool says_more_than_call(const struct chain_link *link)
{
	static const char call[] = "system call ";

	return link->kind == WAIT_OTHER && *link->object &&
	       strncmp(link->object, call, sizeof(call) - 1) != 0;
}

static void write_link(FILE *out, const struct chain_link *link, const struct chain_link *next,
		       uint64_t now_ns)
{
	const char *call = call_name(link->task.call);

	label_task(out, &link->task);
	if (link->kind == WAIT_NONE) {
		fputs(link->task.flags & TASK_DEAD ? " has ended" : " runs", out);
		return;
	}

	struct format age = format_duration(elapsed(link->since_ns, now_ns));

	if (next && link->relation == RELATION_STOPPED_BY) {
		fprintf(out, " is stopped by %s", label_relation(link->relation));
		label_task(out, &next->task);
		fputs("\n-> ", out);
		return;
	}
	if (link->kind == WAIT_STOPPED) {
		fprintf(out, " is %s by %s", is_frozen(link) ? "frozen" : "stopped",
			printable(link->object, sizeof(link->object), PRINTABLE_TEXT).text);
		return;
	}
	if (next) {
		fprintf(out, " waits for %s", label_relation(link->relation));
		label_task(out, &next->task);
		fprintf(out, " (%s, %s)\n-> ", call, age.text);
		return;
	}
	fputs(" sleeps", out);
	if (link->task.call >= 0)
		fprintf(out, " in %s", call);
	if (says_more_than_call(link))
		fprintf(out, " for %s",
			printable(link->object, sizeof(link->object), PRINTABLE_TEXT).text);
	fprintf(out, ", %s", age.text);
	if (link->open)
		fprintf(out, " (%s)", open_reason_name[__builtin_ctz(link->open)]);
}

/* On one line if it fits, else a line for each task. In text, only the arrows follow a newline. */
static void write_chain(FILE *out, const char *text)
{
	const char *gap = fold_columns(text, strlen(text)) <= LINE_COLUMNS ? " " : "\n  ";

	for (; *text; text++) {
		if (*text == '\n')
			fputs(gap, out);
		else
			fputc(*text, out);
	}
	fputc('\n', out);
}

static int text_chain(const struct output *output, const struct chain *chain,
		      const struct moment *now)
{
	struct buffer line, arranged;

	if (buffer_open(&line))
		return -ENOMEM;
	if (chain->bystanders)
		fprintf(line.stream,
			"stalled, open only through %u bystander%s: ", chain->bystanders,
			chain->bystanders == 1 ? "" : "s");
	for (size_t i = 0; i < chain->count; i++) {
		bool is_last = i + 1 == chain->count;

		write_link(line.stream, &chain->links[i], is_last ? NULL : &chain->links[i + 1],
			   now->ns);
	}

	int error = buffer_close(&line);
	_cleanup_free_ char *text = line.text;

	if (error || buffer_open(&arranged))
		return -ENOMEM;
	write_chain(arranged.stream, text);
	text_coroutines(arranged.stream, &chain->coroutines);
	return buffer_write(&arranged, output);
}

/* "; left open: timed 9, socket 5; incomplete: privilege; events lost: 3" */
static void write_gaps(FILE *out, const struct run_summary *summary)
{
	const struct judge_stats *stats = summary->stats;
	const char *before = "; left open: ";

	for (size_t i = 0; i < OPEN_REASONS; i++) {
		if (!stats->open[i])
			continue;
		fprintf(out, "%s%s %u", before, open_reason_name[i], stats->open[i]);
		before = ", ";
	}
	before = "; incomplete: ";
	for (size_t i = 0; i < INCOMPLETE_REASONS; i++) {
		if (!(stats->incomplete & 1ull << i))
			continue;
		fprintf(out, "%s%s", before, incomplete_name[i]);
		before = ", ";
	}

	uint64_t lost = tally_sum(summary->events_lost);

	if (lost)
		fprintf(out, "; events lost: %" PRIu64, lost);
}

static int text_summary(const struct output *output, const struct run_summary *summary)
{
	struct buffer line;

	if (buffer_open(&line))
		return -ENOMEM;
	if (summary->deadlocks)
		fprintf(line.stream, "%" PRIu64 " deadlock%s", summary->deadlocks,
			summary->deadlocks == 1 ? "" : "s");
	else
		fputs("no deadlock", line.stream);
	fprintf(line.stream, " among %u tasks (%u blocked)", summary->stats->tasks,
		summary->stats->blocked);
	write_gaps(line.stream, summary);
	if (summary->interval_ns)
		fprintf(line.stream, "; looks are dear here, so there was one every %s s",
			format_seconds(summary->interval_ns).text);
	return line_write(&line, output, 2);
}

const struct reporter text_reporter = {
	.deadlock = text_deadlock,
	.resolved = text_resolved,
	.chain = text_chain,
	.summary = text_summary,
};
