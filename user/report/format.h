/* SPDX-License-Identifier: BSD-2-Clause */
/* Times as text, the same in every locale. */
#ifndef DLTRACE_FORMAT_H
#define DLTRACE_FORMAT_H

#include <stdint.h>

#define NS_PER_S UINT64_C(1000000000)

struct format {
	char text[40];
};

/* "12.400": seconds with milliseconds, for programs. */
struct format format_seconds(uint64_t ns);
/* "12.400000000": the same to the nanosecond. */
struct format format_exact_seconds(uint64_t ns);
/* "12.4 s", "5 min 3 s", "3 h 12 min", "2 d 3 h": for people. */
struct format format_duration(uint64_t ns);
/* "2026-01-31T12:00:00.123Z" of CLOCK_REALTIME. */
struct format format_time(uint64_t wall_ns);

/* Never below zero, whatever two clocks or two looks say. */
static inline uint64_t elapsed(uint64_t from_ns, uint64_t to_ns)
{
	return to_ns > from_ns ? to_ns - from_ns : 0;
}

#endif /* DLTRACE_FORMAT_H */
