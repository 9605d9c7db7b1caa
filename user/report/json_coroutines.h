/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DLTRACE_JSON_COROUTINES_H
#define DLTRACE_JSON_COROUTINES_H

struct coroutines;
struct json_line;
struct json_object;

/* Adds "coroutines", if there are any, and "coroutines_incomplete" if there are more. */
void json_add_coroutines(struct json_line *line, struct json_object *to,
			 const struct coroutines *coroutines);

#endif /* DLTRACE_JSON_COROUTINES_H */
