/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Durations as people write them: a number, a point and more digits if need
 * be, and a unit.
 */
#ifndef DLTRACE_DURATION_H
#define DLTRACE_DURATION_H

#include <stdint.h>

/*
 * "250ms", "1.5s", "5m". 0, -EINVAL if it is no such thing or zero, -ERANGE if
 * it does not fit (292 years).
 */
int duration_parse(const char *text, uint64_t *ret_ns);

#endif /* DLTRACE_DURATION_H */
