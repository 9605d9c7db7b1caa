/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is stuck behind the causes, folded away; where their stacks were read, these within. */
#ifndef DLTRACE_HTML_VICTIMS_H
#define DLTRACE_HTML_VICTIMS_H

#include <stdio.h>

struct deadlock;

/* Nothing if there are none. Writes are unchecked: see buffer.h. */
void html_victims(FILE *out, const struct deadlock *deadlock);

#endif /* DLTRACE_HTML_VICTIMS_H */
