/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/format.h"

#include <stdio.h>
#include <time.h>

#define MINUTE 60ull
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* From integers: printf takes the decimal point of %f from the locale. */
struct format format_seconds(uint64_t ns)
{
	struct format ret;

	snprintf(ret.text, sizeof(ret.text), "%ju.%03ju", (uintmax_t)(ns / NS_PER_S),
		 (uintmax_t)(ns % NS_PER_S / 1000000));
	return ret;
}

struct format format_exact_seconds(uint64_t ns)
{
	struct format ret;

	snprintf(ret.text, sizeof(ret.text), "%ju.%09ju", (uintmax_t)(ns / NS_PER_S),
		 (uintmax_t)(ns % NS_PER_S));
	return ret;
}

struct format format_duration(uint64_t ns)
{
	static const struct {
		uint64_t below, major, minor;
		const char *major_name, *minor_name;
	} scales[] = {
		{ 2 * HOUR, MINUTE, 1, "min", "s" },
		{ 2 * DAY, HOUR, MINUTE, "h", "min" },
		{ UINT64_MAX, DAY, HOUR, "d", "h" },
	};
	struct format ret;
	uint64_t s = ns / NS_PER_S;
	size_t i = 0;

	if (s < 2 * MINUTE) {
		snprintf(ret.text, sizeof(ret.text), "%ju.%ju s", (uintmax_t)s,
			 (uintmax_t)(ns % NS_PER_S / 100000000));
		return ret;
	}
	while (s >= scales[i].below)
		i++;
	snprintf(ret.text, sizeof(ret.text), "%ju %s %ju %s", (uintmax_t)(s / scales[i].major),
		 scales[i].major_name, (uintmax_t)(s % scales[i].major / scales[i].minor),
		 scales[i].minor_name);
	return ret;
}

struct format format_time(uint64_t wall_ns)
{
	struct format ret;
	time_t s = (time_t)(wall_ns / NS_PER_S);
	struct tm tm;

	gmtime_r(&s, &tm);
	size_t length = strftime(ret.text, sizeof(ret.text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(ret.text + length, sizeof(ret.text) - length, ".%03uZ",
		 (unsigned int)(wall_ns % NS_PER_S / 1000000));
	return ret;
}
