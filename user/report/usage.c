/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/usage.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "report/format.h"

static uint64_t timeval_ns(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * NS_PER_S + (uint64_t)time->tv_usec * 1000;
}

/* proc(5): the second number of statm is the resident set, in pages. */
static uint64_t resident_now(void)
{
	FILE *statm = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;

	if (!statm)
		return 0;
	if (fscanf(statm, "%*u %lu", &pages) != 1)
		pages = 0;
	fclose(statm);
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

struct usage usage_now(void)
{
	struct usage usage = { .resident_bytes = resident_now() };
	struct rusage self;

	if (getrusage(RUSAGE_SELF, &self) == 0)
		usage.cpu_ns = timeval_ns(&self.ru_utime) + timeval_ns(&self.ru_stime);
	return usage;
}
