/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html_cause.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/deadlock.h"
#include "core/kind.h"
#include "report/buffer.h"
#include "report/format.h"
#include "report/html_coroutines.h"
#include "report/html_stack.h"
#include "report/html_text.h"
#include "report/label.h"
#include "report/place.h"

static void write_memory(FILE *out, const struct evidence *evidence)
{
	fprintf(out, "memory of %u at <code>0x%" PRIx64 "</code>: <code>", evidence->pid,
		evidence->address);
	for (size_t i = 0; i < evidence->length && i < sizeof(evidence->bytes); i++)
		fprintf(out, "%s%02x", i && i % 4 == 0 ? " " : "", evidence->bytes[i]);
	fputs("</code>", out);
}

static void write_kernel(FILE *out, const struct evidence *evidence)
{
	html_bytes(out, evidence->what, sizeof(evidence->what));
	if (evidence->kernel < 0)
		fprintf(out, ": found %" PRId64 ", not counted by the kernel", evidence->found);
	else
		fprintf(out, ": kernel %" PRId64 ", found %" PRId64, evidence->kernel,
			evidence->found);
}

static void write_line(FILE *out, const struct evidence *evidence)
{
	html_bytes(out, evidence->what, sizeof(evidence->what));
	fputs(*evidence->what ? ": <code>" : "<code>", out);
	html_bytes(out, evidence->value, sizeof(evidence->value));
	fputs("</code>", out);
}

static void write_evidence(FILE *out, const struct evidence *evidence)
{
	static void (*const write_source[])(FILE *, const struct evidence *) = {
		[EVIDENCE_MEMORY] = write_memory,
		[EVIDENCE_KERNEL] = write_kernel,
		[EVIDENCE_PROC] = write_line,
		[EVIDENCE_HISTORY] = write_line,
	};

	fputs("<li>", out);
	write_source[evidence->source](out, evidence);
	if (evidence->meaning) {
		fputs(", ", out);
		html_text(out, evidence->meaning);
	}
	fputs("</li>\n", out);
}

/* "held by python3[13], who is gone" and why we think so. */
static void write_party(FILE *out, const struct party *party)
{
	fputs("<p>", out);
	HTML(out, {
		fprintf(HTML_OUT, "%s ", label_cause(party->relation));
		label_party(HTML_OUT, party);
		fputs(label_state(party->state), HTML_OUT);
	});
	if (*party->since) {
		fputs(" since ", out);
		html_bytes(out, party->since, sizeof(party->since));
	}
	fputs("</p>\n", out);
	if (!party->evidence.count)
		return;
	fputs("<ul class=\"proof\">\n", out);
	for (size_t i = 0; i < party->evidence.count; i++)
		write_evidence(out, &party->evidence.items[i]);
	fputs("</ul>\n", out);
}

void html_cause(FILE *out, size_t d, size_t c, const struct cause *cause, uint64_t now_ns)
{
	struct place place = place_of_cause(cause, 0);

	fprintf(out, "<details id=\"d%zuc%zu\"><summary><b>", d, c);
	HTML(out, label_task(HTML_OUT, &cause->task));
	fputs("</b>", out);
	if (*place.text) {
		fputs(" in ", out);
		html_text(out, place.text);
	}
	fputs("<span>waits for ", out);
	if (*cause->name) {
		html_bytes(out, cause->name, sizeof(cause->name));
		fputs(", ", out);
	}
	html_bytes(out, cause->object, sizeof(cause->object));
	fprintf(out, ", for %s, in %s</span></summary>\n<div>\n",
		format_duration(elapsed(cause->since_ns, now_ns)).text,
		call_name(cause->task.call));
	html_stack(out, cause->stack, cause->stack_count, cause->stack_missing);
	html_coroutines(out, &cause->coroutines);
	for (size_t i = 0; i < cause->waits_for_count; i++)
		write_party(out, &cause->waits_for[i]);
	fputs("</div></details>\n", out);
}
