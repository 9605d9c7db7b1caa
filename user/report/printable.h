/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes from traced processes (names, paths) made fit for terminals and files.
 * A process chooses its own name, and may choose one that recolours the
 * terminal, ends the line, or turns the text around. Every reporter calls this
 * once, at its edge, before its format's own escaping.
 */
#ifndef DLTRACE_PRINTABLE_H
#define DLTRACE_PRINTABLE_H

#include <stddef.h>

#include "bpf/event.h"

#define PRINTABLE_NAME 64  /* columns: a task name fits even if each byte must be escaped */
#define PRINTABLE_TEXT 160 /* columns: descriptions of objects, places and values */

struct printable {
	char text[4 * PRINTABLE_TEXT + 1]; /* valid UTF-8 */
};

/*
 * Of at most size bytes, up to the first NUL: printable characters as they are;
 * bytes that are no UTF-8, controls (C0, DEL, C1), line separators and marks of
 * direction as \xNN. What would take more than limit columns is cut and ends
 * with an ellipsis; limit is at most PRINTABLE_TEXT.
 */
struct printable printable(const char *bytes, size_t size, size_t limit);

static inline struct printable printable_name(const char name[TASK_NAME_LEN])
{
	return printable(name, TASK_NAME_LEN, PRINTABLE_NAME);
}

#endif /* DLTRACE_PRINTABLE_H */
