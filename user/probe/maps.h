/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mappings of one process, from /proc/PID/maps. Takes the target's mmap
 * lock, so it is used in the helper only.
 */
#ifndef DLTRACE_MAPS_H
#define DLTRACE_MAPS_H

#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"

/*
 * All mappings in order of their addresses. mm, nlink and writable_mappings are
 * not in that file and stay 0. The caller frees *ret_mappings (NULL for a
 * process without an address space). 0 or -errno.
 */
int maps_read(uint32_t pid, struct mapping **ret_mappings, size_t *ret_count);

/*
 * Devices of the file systems in the process's mount namespace on which reading
 * a page may hang. The caller frees *ret_devs. 0 or -errno.
 */
int maps_denied_devs(uint32_t pid, uint32_t **ret_devs, size_t *ret_count);

/*
 * The device of the file system that is mounted as number `mount` in the process's namespace, as
 * the kernel itself counts devices: what stat() says of files on btrfs or overlayfs is another.
 * 0 or -errno.
 */
int maps_mount_dev(uint32_t pid, long mount, uint32_t *ret_dev);

/*
 * How many names the mapping's file has left. Where that cannot be read it is 1:
 * a name that is there is the harmless assumption.
 */
uint32_t maps_link_count(const struct mapping *mapping);

#endif /* DLTRACE_MAPS_H */
