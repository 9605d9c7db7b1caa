/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of remedy, chosen by the shape of the deadlock. */
#ifndef DLTRACE_ADVICE_H
#define DLTRACE_ADVICE_H

struct deadlock;

/* Never NULL; valid for ever. */
const char *advice_for(const struct deadlock *deadlock);

#endif /* DLTRACE_ADVICE_H */
