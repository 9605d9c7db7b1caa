/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lookup gives the values of all possible CPUs, one behind the other.
 */
#include "source/percpu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/cleanup.h"

int percpu_sum(int map_fd, uint32_t keys, size_t words, uint64_t *ret)
{
	int cpus = libbpf_num_possible_cpus();

	if (cpus < 0)
		return cpus;

	_cleanup_free_ uint64_t *each = calloc((size_t)cpus * words, sizeof(*each));
	_cleanup_free_ uint64_t *sums = calloc(keys * words, sizeof(*sums));

	if (!each || !sums)
		return -ENOMEM;
	for (uint32_t key = 0; key < keys; key++) {
		if (bpf_map_lookup_elem(map_fd, &key, each))
			return -errno;
		for (size_t i = 0; i < (size_t)cpus * words; i++)
			sums[key * words + i % words] += each[i];
	}
	memcpy(ret, sums, keys * words * sizeof(*sums));
	return 0;
}
