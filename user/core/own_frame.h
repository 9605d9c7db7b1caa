/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which frames of a stack are the program's own: those that its author wrote, in
 * front of which lie those of the C library and the interpreter in which every
 * wait ends. The innermost own one is the place where a task waits.
 */
#ifndef DLTRACE_OWN_FRAME_H
#define DLTRACE_OWN_FRAME_H

#include <stdbool.h>
#include <stddef.h>

struct stack_frame;

/* Index of the innermost own frame from `from` on; count if there is none. */
size_t own_frame_find(const struct stack_frame *frames, size_t count, size_t from);

/* True for the C library, the interpreter and the like, by the name of the file. */
bool module_is_machinery(const char *module);

#endif /* DLTRACE_OWN_FRAME_H */
