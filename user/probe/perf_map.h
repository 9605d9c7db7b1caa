/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of code that was made while the program ran, as just-in-time compilers
 * leave them for perf (linux/tools/perf/Documentation/jit-interface.txt): lines of
 * "START SIZE name" in /tmp/perf-PID.map, in hexadecimal, in the process's root.
 */
#ifndef DLTRACE_PERF_MAP_H
#define DLTRACE_PERF_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/target.h"

/* The whole file. The caller frees *ret_text. 0 or -errno; -EPERM: somebody else wrote it. */
int perf_map_read(const struct target *target, char **ret_text);

/* The last line that covers the address: code may be made where other code was. Pure. */
bool perf_map_find(const char *text, uint64_t address, uint64_t *ret_start, char *ret, size_t size);

#endif /* DLTRACE_PERF_MAP_H */
