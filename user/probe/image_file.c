/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A path is first only looked at (O_PATH), which opens no device and waits for
 * no FIFO; what turns out to be a regular file is then opened by what was looked at.
 */
#include "probe/image_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe/procfs.h"

#define PATH_SIZE 96

static void cleanup_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define _cleanup_fd_ __attribute__((cleanup(cleanup_fd)))

static bool is_denied(const struct target *target, const struct statx *stat)
{
	uint32_t dev = kernel_dev(stat->stx_dev_major, stat->stx_dev_minor);

	for (size_t i = 0; i < target->denied_count; i++)
		if (target->denied_devs[i] == dev)
			return true;
	return false;
}

/* AT_STATX_DONT_SYNC: what is known here, no question to a server. */
static int path_open(const struct target *target, int path_fd, struct image_file *ret)
{
	const unsigned int wanted = STATX_TYPE | STATX_INO | STATX_SIZE | STATX_CTIME | STATX_UID;
	char path[PATH_SIZE];
	struct statx stat;

	if (statx(path_fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, wanted, &stat))
		return -errno;
	if (!S_ISREG(stat.stx_mode))
		return -EINVAL;
	if (is_denied(target, &stat))
		return -EACCES;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", path_fd);

	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*ret = (struct image_file){
		.fd = fd,
		.inode = stat.stx_ino,
		.size = stat.stx_size,
		.changed_ns = (uint64_t)stat.stx_ctime.tv_sec * 1000000000 + stat.stx_ctime.tv_nsec,
		.uid = stat.stx_uid,
		.dev = kernel_dev(stat.stx_dev_major, stat.stx_dev_minor),
	};
	return 0;
}

/* The link's text is what the kernel calls the file, and no path if it is deleted. */
static void path_read(const char *link, char *ret, size_t size)
{
	ssize_t length = readlink(link, ret, size - 1);

	ret[length < 0 || length == (ssize_t)size - 1 ? 0 : length] = '\0';
	if (*ret != '/')
		*ret = '\0';
}

/*
 * To follow the link of a mapping takes CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE (fs/proc/base.c,
 * proc_map_files_get_link), to read it does not. What lies at the path may be another file by now.
 */
static int mapped_by_path(const struct target *target, const struct mapping *mapping,
			  const char *path, struct image_file *ret)
{
	struct image_file file;
	int err = *path ? image_file_open(target, path, &file) : -EPERM;

	if (err)
		return err;
	if (file.inode != mapping->inode || file.dev != mapping->dev) {
		close(file.fd);
		return -ESTALE;
	}
	*ret = file;
	return 0;
}

int image_file_mapped(const struct target *target, const struct mapping *mapping,
		      struct image_file *ret, char *ret_path, size_t path_size)
{
	char link[PATH_SIZE];

	if (mapping->flags & MAPPING_DENIED)
		return -EACCES;
	snprintf(link, sizeof(link), "/proc/%u/map_files/%llx-%llx", procfs_thread(target->pid),
		 (unsigned long long)mapping->start, (unsigned long long)mapping->end);

	path_read(link, ret_path, path_size);

	_cleanup_fd_ int path_fd = open(link, O_PATH | O_CLOEXEC);

	if (path_fd < 0)
		return errno == EPERM ? mapped_by_path(target, mapping, ret_path, ret) : -errno;
	return path_open(target, path_fd, ret);
}

int image_file_open(const struct target *target, const char *path, struct image_file *ret)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC,
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	_cleanup_fd_ int root_fd =
		procfs_open(procfs_thread(target->pid), "root", O_PATH | O_DIRECTORY);

	if (root_fd < 0)
		return root_fd;

	_cleanup_fd_ int path_fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));

	return path_fd < 0 ? -errno : path_open(target, path_fd, ret);
}
