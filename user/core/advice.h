/* SPDX-License-Identifier: BSD-2-Clause */
/* What to do about a deadlock, from its shape. */
#ifndef DLTRACE_ADVICE_H
#define DLTRACE_ADVICE_H

struct deadlock;

/*
 * The same advice, ever more general; ended by NULL. The last is without names. In the others
 * words in braces stand for names, and who does not know one of them takes the next:
 *
 *	{task}    the first cause              {next}    the one it leads to
 *	          (no-waker: the first that waits for an event, not for a task's end)
 *	{object}  what the first waits for     {other}   what the next waits for
 *	{place}   where the first waits        {there}   where the next waits
 *	{caller}  who called {place}
 *	{dead}    who died                     {end}     how, "was killed by signal 9 (KILL)"
 *
 * Constants.
 */
const char *const *advice_for(const struct deadlock *deadlock);

#endif /* DLTRACE_ADVICE_H */
