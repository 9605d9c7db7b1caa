/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening the files of a process that may be hostile: never anything but a regular
 * file, never on a file system whose server may not answer, and nothing outside
 * of the process's own root.
 */
#ifndef DLTRACE_IMAGE_FILE_H
#define DLTRACE_IMAGE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "probe/target.h"

struct image_file {
	int fd;
	uint64_t inode, size, changed_ns;
	uint32_t uid, dev;
};

/*
 * The file that is mapped there, even if it is deleted, and where it lies as far as the process's
 * root shows it ("" if it does not). 0 or -errno.
 */
int image_file_mapped(const struct target *target, const struct mapping *mapping,
		      struct image_file *ret, char *ret_path, size_t path_size);

/* A file by its path from the process's root, whose links lead nowhere else. 0 or -errno. */
int image_file_open(const struct target *target, const char *path, struct image_file *ret);

#endif /* DLTRACE_IMAGE_FILE_H */
