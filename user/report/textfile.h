/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file that is replaced whole or not at all, for node_exporter's textfile
 * collector, which reads every *.prom of its directory at any time.
 *
 * Beside FILE stand, for as long as dltrace runs, the lock .FILE.lock, by which
 * a second dltrace with the same FILE is refused, and, during a write, the new
 * contents in .FILE.tmp. Neither name ends in .prom. The holder of the lock
 * owns both: a .FILE.tmp that is already there was left by one that was killed,
 * and is removed.
 *
 * All names are resolved once, against the directory as it was opened, and no
 * symbolic link is followed: one that stands at FILE is replaced itself.
 */
#ifndef DLTRACE_TEXTFILE_H
#define DLTRACE_TEXTFILE_H

#include <stddef.h>

struct run_summary;
struct textfile;

/*
 * Takes the lock. NULL and *ret_error: -EBUSY if another process has it, -EINVAL if path names no
 * file in a directory, -EISDIR or -ENOTSUP if it names a directory or a device, or else why the
 * directory or the lock could not be opened.
 */
struct textfile *textfile_new(const char *path, int *ret_error);
/* Gives the lock back. The file stays: its last look's timestamp tells its age. NULL is fine. */
void textfile_free(struct textfile *textfile);

/*
 * Replaces the file, mode 0644 whatever the umask. 0 or -errno, and then the
 * file is as it was; a later call may succeed. Limits on file size end in
 * -EFBIG only where SIGXFSZ is ignored.
 */
int textfile_replace(struct textfile *textfile, const char *text, size_t length);
/* The same with the metrics of this run. */
int textfile_update(struct textfile *textfile, const struct run_summary *summary);

#endif /* DLTRACE_TEXTFILE_H */
