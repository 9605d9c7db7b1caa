/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sums over what each CPU has counted apart.
 */
#ifndef DLTRACE_PERCPU_H
#define DLTRACE_PERCPU_H

#include <stddef.h>
#include <stdint.h>

/*
 * Of a per-CPU array whose values are `words` numbers: their sums, for the first `keys`
 * keys, one behind the other in ret. 0 or -errno.
 */
int percpu_sum(int map_fd, uint32_t keys, size_t words, uint64_t *ret);

#endif /* DLTRACE_PERCPU_H */
