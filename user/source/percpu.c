/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lookup gives the values of all possible CPUs, one behind the other. Many at once
 * from Linux 5.13 on (commit f008d732ab18).
 */
#include "source/percpu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/cleanup.h"

/* All of the first keys in one call, or else one by one. */
static int values_read(int map_fd, uint32_t keys, size_t each_words, uint64_t *ret)
{
	_cleanup_free_ uint32_t *found = calloc(keys, sizeof(*found));
	uint32_t count = keys, next;

	if (!found)
		return -ENOMEM;
	/* an array's keys come in order */
	if (!bpf_map_lookup_batch(map_fd, NULL, &next, found, ret, &count, NULL) && count == keys)
		return 0;
	for (uint32_t key = 0; key < keys; key++)
		if (bpf_map_lookup_elem(map_fd, &key, ret + key * each_words))
			return -errno;
	return 0;
}

int percpu_sum(int map_fd, uint32_t keys, size_t words, uint64_t *ret)
{
	int cpus = libbpf_num_possible_cpus();

	if (cpus < 0)
		return cpus;

	size_t each_words = (size_t)cpus * words;
	_cleanup_free_ uint64_t *values = calloc(keys, each_words * sizeof(*values));

	if (!values)
		return -ENOMEM;

	int error = values_read(map_fd, keys, each_words, values);

	if (error)
		return error;
	memset(ret, 0, keys * words * sizeof(*ret));
	for (uint32_t key = 0; key < keys; key++)
		for (size_t i = 0; i < each_words; i++)
			ret[key * words + i % words] += values[key * each_words + i];
	return 0;
}
