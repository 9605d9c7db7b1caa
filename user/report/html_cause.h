/* SPDX-License-Identifier: BSD-2-Clause */
/* One cause on a page: a line that opens to its stack and its proof. Unchecked: see buffer.h. */
#ifndef DLTRACE_HTML_CAUSE_H
#define DLTRACE_HTML_CAUSE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct cause;

/* d, c: numbers of the deadlock on the page and of the cause in it, by which #dDcC names it. */
void html_cause(FILE *out, size_t d, size_t c, const struct cause *cause, uint64_t now_ns);

#endif /* DLTRACE_HTML_CAUSE_H */
