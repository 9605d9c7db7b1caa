/* SPDX-License-Identifier: BSD-2-Clause */
/* The advice with the names of this deadlock. */
#ifndef DLTRACE_ADVICE_LINE_H
#define DLTRACE_ADVICE_LINE_H

#include <stdio.h>

struct deadlock;

/* One printable line without full stop. malloc'ed; NULL if out of memory. */
char *advice_line_new(const struct deadlock *deadlock);
/* "ending python3[7529] would let 2 of the 3 others go on", or that nobody's end would. malloc'ed;
 * empty if that is not known; NULL if out of memory. */
char *release_line_new(const struct deadlock *deadlock);

#endif /* DLTRACE_ADVICE_LINE_H */
