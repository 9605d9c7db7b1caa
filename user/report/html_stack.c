/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html_stack.h"

#include <inttypes.h>
#include <stdbool.h>

#include "core/own_frame.h"
#include "core/stack.h"
#include "report/html_text.h"

static void write_frame(FILE *out, const struct stack_frame *frame, bool own)
{
	fprintf(out, "<li%s><span>", own ? " class=\"own\"" : "");
	if (*frame->function)
		html_bytes(out, frame->function, sizeof(frame->function));
	else
		fprintf(out, "0x%" PRIx64, frame->pc);
	fputs("</span><i>", out);
	if (*frame->file) {
		html_bytes(out, frame->file, sizeof(frame->file));
		if (frame->line)
			fprintf(out, ":%u", frame->line);
	} else if (*frame->module) {
		html_bytes(out, frame->module, sizeof(frame->module));
		fprintf(out, "+0x%" PRIx64, frame->offset);
	}
	if (frame->flags & FRAME_INLINED)
		fputs(", inlined", out);
	if (frame->flags & FRAME_APPROXIMATE)
		fputs(", approximate", out);
	fputs("</i></li>\n", out);
}

void html_stack(FILE *out, const struct stack_frame *stack, size_t count, const char *missing)
{
	if (!count) {
		fprintf(out, "<p class=\"small\">No stack%s%s.</p>\n", missing ? ": " : "",
			missing ? missing : "");
		return;
	}
	fputs("<ol class=\"stack\">\n", out);
	for (size_t i = 0; i < count; i++)
		write_frame(out, &stack[i], own_frame_find(stack, count, i) == i);
	fputs("</ol>\n", out);
	if (missing)
		fprintf(out, "<p class=\"small\">%s</p>\n", missing);
}
