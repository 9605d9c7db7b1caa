/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directories of /proc whose entries are processes or threads.
 */
#ifndef DLTRACE_ID_DIR_H
#define DLTRACE_ID_DIR_H

#include <dirent.h>
#include <stdint.h>

static inline void cleanup_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* For a local that opendir() gave; must be initialised. */
#define _cleanup_dir_ __attribute__((cleanup(cleanup_dir)))

/* The next name that is a number, or 0 at the end. */
uint32_t dir_next_id(DIR *dir);

#endif /* DLTRACE_ID_DIR_H */
