/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/maps.h"
#include "probe/procfs.h"

static void target_deinit(struct target *target)
{
	if (target->mem_fd >= 0)
		close(target->mem_fd);
	free(target->mappings);
	free(target->denied_devs);
}

void target_cache_clear(struct target_cache *cache)
{
	for (uint32_t i = 0; i < cache->count; i++)
		target_deinit(&cache->targets[i]);
	cache->count = 0;
	cache->oldest = 0;
}

struct target *target_get(struct target_cache *cache, uint32_t pid)
{
	for (uint32_t i = 0; i < cache->count; i++)
		if (cache->targets[i].pid == pid)
			return &cache->targets[i];

	struct target *target;

	if (cache->count < TARGETS) {
		target = &cache->targets[cache->count++];
	} else {
		target = &cache->targets[cache->oldest++ % TARGETS];
		target_deinit(target);
	}
	*target = (struct target){ .pid = pid, .mem_fd = -1 };
	return target;
}

int target_map(struct target *target)
{
	if (target->mappings || target->mappings_error)
		return target->mappings_error;
	target->mappings_error = maps_read(target->pid, &target->mappings, &target->mapping_count);
	if (!target->mappings_error)
		target->mappings_error =
			maps_denied_devs(target->pid, &target->denied_devs, &target->denied_count);
	if (target->mappings_error)
		return target->mappings_error;
	for (size_t i = 0; i < target->mapping_count; i++) {
		struct mapping *mapping = &target->mappings[i];

		for (size_t j = 0; mapping->inode && j < target->denied_count; j++)
			if (mapping->dev == target->denied_devs[j])
				mapping->flags |= MAPPING_DENIED;
	}
	return 0;
}

/* Index of the first mapping that ends behind the address. */
static size_t mapping_index(const struct target *target, uint64_t address)
{
	size_t low = 0, high = target->mapping_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (target->mappings[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct mapping *target_find(const struct target *target, uint64_t address)
{
	size_t i = mapping_index(target, address);

	if (i == target->mapping_count || target->mappings[i].start > address)
		return NULL;
	return &target->mappings[i];
}

static bool target_denies(const struct target *target, uint64_t address, size_t length)
{
	for (size_t i = mapping_index(target, address);
	     i < target->mapping_count && target->mappings[i].start < address + length; i++)
		if (target->mappings[i].flags & MAPPING_DENIED)
			return true;
	return false;
}

ssize_t target_read(struct target *target, uint64_t address, void *ret, size_t length)
{
	int err = target_map(target);

	if (err)
		return err;
	if (address > INT64_MAX - length)
		return -EFAULT;
	if (target_denies(target, address, length))
		return -EACCES;
	if (target->mem_fd < 0) {
		int fd = procfs_open(procfs_thread(target->pid), "mem", O_RDONLY);

		if (fd < 0)
			return fd;
		target->mem_fd = fd;
	}

	ssize_t got = pread(target->mem_fd, ret, length, (off_t)address);

	if (got < 0)
		return -errno;
	return got || !length ? got : -ESRCH;
}
