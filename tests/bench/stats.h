/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Figures of several runs: these machines are shared, so the minimum says what
 * the work costs, the median what one sees, and the maximum how noisy it was.
 */
#ifndef DLTRACE_BENCH_STATS_H
#define DLTRACE_BENCH_STATS_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static inline int double_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* One row of a table; sorts values. */
static inline void stats_print(const char *what, double *values, size_t count, const char *unit,
			       const char *goal)
{
	qsort(values, count, sizeof(*values), double_compare);
	printf("%-52s %9.1f %9.1f %9.1f %-4s %s\n", what, values[0], values[count / 2],
	       values[count - 1], unit, goal);
}

static inline void stats_head(const char *title)
{
	printf("\n%-52s %9s %9s %9s %-4s %s\n", title, "min", "median", "max", "", "goal");
}

#endif /* DLTRACE_BENCH_STATS_H */
