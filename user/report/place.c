/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/place.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/deadlock.h"
#include "core/own_frame.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

struct place place_of_frame(const struct stack_frame *frame)
{
	struct place place = { "" };
	struct printable function =
		printable(frame->function, sizeof(frame->function), PRINTABLE_TEXT);
	const char *base = base_name(frame->file);
	struct printable file =
		printable(base, sizeof(frame->file) - (size_t)(base - frame->file), PRINTABLE_TEXT);
	struct printable module = printable(frame->module, sizeof(frame->module), PRINTABLE_TEXT);

	if (*file.text && frame->line)
		snprintf(place.text, sizeof(place.text), "%s%s%s:%u", function.text,
			 *function.text ? " at " : "", file.text, frame->line);
	else if (*function.text && *module.text)
		snprintf(place.text, sizeof(place.text), "%s+0x%" PRIx64 " in %s", function.text,
			 frame->offset, module.text);
	else if (*module.text)
		snprintf(place.text, sizeof(place.text), "%s+0x%" PRIx64, module.text,
			 frame->offset);
	else
		snprintf(place.text, sizeof(place.text), "%s", function.text);
	return place;
}

struct place place_of_cause(const struct cause *cause, size_t n)
{
	size_t i = own_frame_find(cause->stack, cause->stack_count, 0);

	while (n-- && i < cause->stack_count)
		i = own_frame_find(cause->stack, cause->stack_count, i + 1);
	return i < cause->stack_count ? place_of_frame(&cause->stack[i]) : (struct place){ "" };
}
