/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/place.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/deadlock.h"

/* Modules of which no frame is where somebody wrote the deadlock: prefixes of their names. */
static const char *const foreign_modules[] = {
	"libc.so", "libc-",	"libpthread", "ld-linux", "ld-musl",   "libpython",
	"libm.so", "libstdc++", "libgcc_s",   "python",	  "libc++.so", "[vdso]",
};

/* Parts of the paths of Python's own modules through which programs wait. */
static const char *const foreign_files[] = {
	"threading.py",	   "queue.py",	    "/multiprocessing/", "/concurrent/futures/",
	"subprocess.py",   "selectors.py",  "/asyncio/",	 "<frozen ",
	"socketserver.py", "contextlib.py", "/importlib/",
};

static bool frame_is_foreign(const struct stack_frame *frame)
{
	if (frame->type == FRAME_PYTHON) {
		for (size_t i = 0; i < sizeof(foreign_files) / sizeof(*foreign_files); i++)
			if (strstr(frame->file, foreign_files[i]))
				return true;
		return false;
	}
	for (size_t i = 0; i < sizeof(foreign_modules) / sizeof(*foreign_modules); i++)
		if (!strncmp(frame->module, foreign_modules[i], strlen(foreign_modules[i])))
			return true;
	return !*frame->function;
}

size_t place_find(const struct stack_frame *stack, size_t count, size_t from)
{
	while (from < count && frame_is_foreign(&stack[from]))
		from++;
	return from;
}

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
	size_t i = place_find(cause->stack, cause->stack_count, 0);

	while (n-- && i < cause->stack_count)
		i = place_find(cause->stack, cause->stack_count, i + 1);
	return i < cause->stack_count ? place_of_frame(&cause->stack[i]) : (struct place){ "" };
}
