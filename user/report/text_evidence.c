/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/text_evidence.h"

#include <inttypes.h>
#include <string.h>

#include "core/wait.h"
#include "report/fold.h"
#include "report/printable.h"

#define INDENT 6

/* Room for what and value, both at their longest, and a meaning. */
struct line {
	char text[3 * sizeof(struct printable)];
};

static void line_memory(struct line *line, const struct evidence *evidence)
{
	int length = snprintf(line->text, sizeof(line->text), "memory of %u at 0x%" PRIx64 ":",
			      evidence->pid, evidence->address);

	/* In groups of four, so that a long object can be folded. */
	for (size_t i = 0; i < evidence->length && i < sizeof(evidence->bytes); i++)
		length += snprintf(&line->text[length], sizeof(line->text) - (size_t)length,
				   "%s%02x", i % 4 ? "" : " ", evidence->bytes[i]);
}

static void line_kernel(struct line *line, const struct evidence *evidence)
{
	struct printable what = printable(evidence->what, sizeof(evidence->what), PRINTABLE_TEXT);

	if (evidence->kernel < 0)
		snprintf(line->text, sizeof(line->text),
			 "%s: found %" PRId64 ", not counted by the kernel", what.text,
			 evidence->found);
	else
		snprintf(line->text, sizeof(line->text), "%s: kernel %" PRId64 ", found %" PRId64,
			 what.text, evidence->kernel, evidence->found);
}

static void line_place(struct line *line, const struct evidence *evidence)
{
	struct printable what = printable(evidence->what, sizeof(evidence->what), PRINTABLE_TEXT);
	struct printable value =
		printable(evidence->value, sizeof(evidence->value), PRINTABLE_TEXT);

	snprintf(line->text, sizeof(line->text), "%s%s%s", what.text, *what.text ? ": " : "",
		 value.text);
}

void text_evidence(FILE *out, const struct evidence *evidence)
{
	static void (*const line_source[])(struct line *, const struct evidence *) = {
		[EVIDENCE_MEMORY] = line_memory,
		[EVIDENCE_KERNEL] = line_kernel,
		[EVIDENCE_PROC] = line_place,
		[EVIDENCE_HISTORY] = line_place,
	};
	struct line line;

	line_source[evidence->source](&line, evidence);
	if (evidence->meaning) {
		size_t length = strlen(line.text);

		snprintf(&line.text[length], sizeof(line.text) - length, ", %s", evidence->meaning);
	}
	fprintf(out, "%*s- ", INDENT, "");
	fold(out, line.text, INDENT + 2, INDENT + 2);
}
