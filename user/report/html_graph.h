/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A deadlock drawn as SVG inside of a page; causes are links to #dDcC. Writes are
 * unchecked: see buffer.h.
 */
#ifndef DLTRACE_HTML_GRAPH_H
#define DLTRACE_HTML_GRAPH_H

#include <stddef.h>
#include <stdio.h>

struct deadlock;
struct output;

/* d: number of the deadlock on the page. 0 or -ENOMEM. */
int html_graph(FILE *out, const struct output *output, size_t d, const struct deadlock *deadlock);

#endif /* DLTRACE_HTML_GRAPH_H */
