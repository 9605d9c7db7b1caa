/* SPDX-License-Identifier: BSD-2-Clause */
#include "duration.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define DIGITS "0123456789"

static const struct unit {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", 60 * 1000000000ull },
	{ "h", 3600 * 1000000000ull },
};

static uint64_t unit_ns(const char *name)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(name, units[i].name) == 0)
			return units[i].ns;
	}
	return 0;
}

/* True if it does not fit. */
static bool digits_read(const char *digits, size_t count, uint64_t *ret)
{
	uint64_t value = 0;

	for (size_t i = 0; i < count; i++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(digits[i] - '0'), &value))
			return true;
	}
	*ret = value;
	return false;
}

int duration_parse(const char *text, uint64_t *ret_ns)
{
	size_t whole_count = strspn(text, DIGITS);
	const char *end = text + whole_count;
	const char *fraction = "";
	size_t fraction_count = 0;
	uint64_t ns;

	if (whole_count == 0)
		return -EINVAL;
	if (*end == '.') {
		fraction = end + 1;
		fraction_count = strspn(fraction, DIGITS);
		if (fraction_count == 0)
			return -EINVAL;
		end = fraction + fraction_count;
	}

	uint64_t unit = unit_ns(end);

	if (unit == 0)
		return -EINVAL;
	if (digits_read(text, whole_count, &ns) || __builtin_mul_overflow(ns, unit, &ns))
		return -ERANGE;
	/* Parts of a nanosecond are dropped. */
	for (size_t i = 0; i < fraction_count; i++) {
		unit /= 10;
		if (__builtin_add_overflow(ns, (uint64_t)(fraction[i] - '0') * unit, &ns))
			return -ERANGE;
	}
	if (ns > INT64_MAX)
		return -ERANGE;
	if (ns == 0)
		return -EINVAL;
	*ret_ns = ns;
	return 0;
}
