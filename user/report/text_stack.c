/* SPDX-License-Identifier: BSD-2-Clause */
/*
 *	        pthread_mutex_lock in libc.so.6
 *	      > transfer, bank.c:41
 *	        start_thread in libc.so.6
 */
#include "report/text_stack.h"

#include <inttypes.h>
#include <string.h>

#include "core/own_frame.h"
#include "core/stack.h"
#include "report/printable.h"

#define TEXT(field) printable(field, sizeof(field), PRINTABLE_TEXT).text

static void write_frame(FILE *out, const struct stack_frame *frame, bool is_place)
{
	const char *slash = strrchr(frame->file, '/');
	const char *file = slash ? slash + 1 : frame->file;

	fputs(is_place ? "      > " : "        ", out);
	if (*frame->function)
		fputs(TEXT(frame->function), out);
	else if (*frame->module)
		fprintf(out, "0x%" PRIx64, frame->offset);
	else
		fprintf(out, "0x%" PRIx64, frame->pc);
	if (*file)
		fprintf(out, ", %s:%" PRIu32,
			printable(file, sizeof(frame->file) - (size_t)(file - frame->file),
				  PRINTABLE_TEXT)
				.text,
			frame->line);
	else if (*frame->module)
		fprintf(out, " in %s", TEXT(frame->module));
	if (frame->flags & FRAME_APPROXIMATE)
		fputs(" (approximate)", out);
	fputc('\n', out);
}

void text_stack(FILE *out, const struct stack_frame *stack, size_t count, const char *missing)
{
	size_t place = own_frame_find(stack, count, 0);

	for (size_t i = 0; i < count; i++)
		write_frame(out, &stack[i], i == place);
	if (missing)
		fprintf(out, "        (%s)\n", missing);
}
