/* SPDX-License-Identifier: BSD-2-Clause */
/* The tasks of an event loop on a page, each with its frames. Writes are unchecked: see buffer.h.
 */
#ifndef DLTRACE_HTML_COROUTINES_H
#define DLTRACE_HTML_COROUTINES_H

#include <stdio.h>

struct coroutines;

void html_coroutines(FILE *out, const struct coroutines *coroutines);

#endif /* DLTRACE_HTML_COROUTINES_H */
