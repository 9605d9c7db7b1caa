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

static size_t first_python(const struct stack_frame *stack, size_t count)
{
	size_t i = 0;

	while (i < count && stack[i].type != FRAME_PYTHON)
		i++;
	return i;
}

/*
 * How the interpreter goes from one Python frame to the next tells nothing; only how it came
 * to wait does, where that has a name. The other formats hold every frame.
 */
static bool is_told(const struct stack_frame *frame, bool before_python)
{
	return frame->type == FRAME_PYTHON || !module_is_machinery(frame->module) ||
	       (before_python && *frame->function);
}

void text_stack(FILE *out, const struct stack_frame *stack, size_t count, const char *missing)
{
	size_t place = own_frame_find(stack, count, 0);
	size_t python = first_python(stack, count);

	for (size_t i = 0; i < count; i++)
		if (python == count || is_told(&stack[i], i < python))
			write_frame(out, &stack[i], i == place);
	if (missing)
		fprintf(out, "        (%s)\n", missing);
}
