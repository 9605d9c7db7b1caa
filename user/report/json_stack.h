/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A stack as JSON, innermost first; what is unknown is left out.
 *
 *	[{"type":"python","function":"task","file":"transfer.py","line":9},
 *	 {"type":"native","function":"sem_wait","module":"libc.so.6","offset":"0x90dd0",
 *	  "pc":"0x7f48d3e90dd0"}]
 */
#ifndef DLTRACE_JSON_STACK_H
#define DLTRACE_JSON_STACK_H

#include <stddef.h>

struct json_line;
struct json_object;
struct stack_frame;

/*
 * Adds "stack" to the object, if there is one, in which the place is marked; and
 * "stack_incomplete", unless missing is NULL.
 */
void json_add_stack(struct json_line *line, struct json_object *to, const struct stack_frame *stack,
		    size_t count, const char *missing);

#endif /* DLTRACE_JSON_STACK_H */
