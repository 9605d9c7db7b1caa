/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which file systems may be touched. Reading a page that is not in memory makes
 * the file system fetch it, and a FUSE or network server that does not answer
 * would leave the reader in an uninterruptible sleep, with the target's memory
 * map locked. So only file systems that are known to be local are read from.
 */
#ifndef DLTRACE_MOUNT_H
#define DLTRACE_MOUNT_H

#include <bpf/bpf_helpers.h>

/* include/uapi/linux/magic.h, except where named */
#define MAGIC_TMPFS	 0x01021994
#define MAGIC_RAMFS	 0x858458f6
#define MAGIC_HUGETLBFS	 0x958458f6
#define MAGIC_PIPEFS	 0x50495045
#define MAGIC_ANON_INODE 0x09041934
#define MAGIC_PIDFS	 0x50494446

/* Memory only: everything there is to read is in RAM or in swap. */
static inline bool mount_is_memory(__u64 magic)
{
	return magic == MAGIC_TMPFS || magic == MAGIC_RAMFS || magic == MAGIC_HUGETLBFS;
}

static inline bool mount_is_local(__u64 magic)
{
	static const __u32 local_disks[] = {
		0xef53,	    /* ext2, ext3, ext4 */
		0x58465342, /* xfs */
		0x9123683e, /* btrfs */
		0xf2f52010, /* f2fs */
		0x2fc12fc1, /* zfs (OpenZFS, sys/fs/zfs.h) */
		0xca451a4e, /* bcachefs */
		0xe0f5e1e2, /* erofs */
		0x73717368, /* squashfs */
		0x9660,	    /* iso9660 */
		0x4d44,	    /* vfat */
		0x2011bab0, /* exfat */
	};

	if (mount_is_memory(magic))
		return true;
	for (unsigned int i = 0; i < sizeof(local_disks) / sizeof(local_disks[0]); i++)
		if (magic == local_disks[i])
			return true;
	return false;
}

#endif /* DLTRACE_MOUNT_H */
