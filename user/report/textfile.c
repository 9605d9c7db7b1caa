/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "report/buffer.h"
#include "report/metrics.h"
#include "report/usage.h"

#define LOCK_TRIES 10

struct textfile {
	int directory; /* -1: not open */
	int lock;      /* -1: not held */
	char *name;    /* in the directory */
	char *temporary_name;
	char *lock_name;
};

/* Splits path into the open directory and the names in it. */
static int textfile_resolve(struct textfile *textfile, const char *path)
{
	_cleanup_free_ char *directory = strdup(path);

	if (!directory)
		return -ENOMEM;

	char *slash = strrchr(directory, '/');
	const char *name = slash ? slash + 1 : directory;

	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return -EINVAL;
	textfile->name = strdup(name);
	if (asprintf(&textfile->temporary_name, ".%s.tmp", name) < 0)
		textfile->temporary_name = NULL; /* undefined on failure */
	if (asprintf(&textfile->lock_name, ".%s.lock", name) < 0)
		textfile->lock_name = NULL;
	if (!textfile->name || !textfile->temporary_name || !textfile->lock_name)
		return -ENOMEM;

	if (slash)
		slash[slash == directory] = '\0'; /* "/name" is in "/" */
	textfile->directory = open(slash ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return textfile->directory < 0 ? -errno : 0;
}

/* True if the open lock file is still what its name leads to. */
static bool lock_is_current(const struct textfile *textfile, int fd)
{
	struct stat open_file, named;

	return fstat(fd, &open_file) == 0 &&
	       fstatat(textfile->directory, textfile->lock_name, &named, AT_SYMLINK_NOFOLLOW) ==
		       0 &&
	       open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

/*
 * Its holder removes the lock file before it lets go, so a lock may be taken on a file that is no
 * longer there: then somebody else can lock its successor, and we try again.
 */
static int textfile_lock(struct textfile *textfile)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		/*
		 * O_RDONLY: a file open for writing would keep its file system from being remounted
		 * read-only. O_NONBLOCK: whatever stands there, a FIFO too, must not hold us up.
		 */
		int fd = openat(textfile->directory, textfile->lock_name,
				O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);

		if (fd < 0)
			return -errno;
		if (flock(fd, LOCK_EX | LOCK_NB)) {
			int error = errno == EWOULDBLOCK ? -EBUSY : -errno;

			close(fd);
			return error;
		}
		if (lock_is_current(textfile, fd)) {
			textfile->lock = fd;
			return 0;
		}
		close(fd);
	}
	return -EBUSY;
}

/* There may be none: only other failures count. */
static int textfile_remove_temporary(const struct textfile *textfile)
{
	if (unlinkat(textfile->directory, textfile->temporary_name, 0) && errno != ENOENT)
		return -errno;
	return 0;
}

/*
 * A device is written to, and never replaced: /dev/null would be missed by everybody. A directory
 * cannot be.
 */
static int textfile_check_target(const struct textfile *textfile)
{
	struct stat info;

	if (fstatat(textfile->directory, textfile->name, &info, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -errno;
	if (S_ISDIR(info.st_mode))
		return -EISDIR;
	return S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode) ? -ENOTSUP : 0;
}

struct textfile *textfile_new(const char *path, int *ret_error)
{
	struct textfile *textfile = calloc(1, sizeof(*textfile));
	int error = -ENOMEM;

	if (textfile) {
		textfile->directory = -1;
		textfile->lock = -1;
		error = textfile_resolve(textfile, path);
	}
	if (!error)
		error = textfile_check_target(textfile);
	if (!error)
		error = textfile_lock(textfile);
	if (!error)
		error = textfile_remove_temporary(textfile);
	if (!error)
		return textfile;
	textfile_free(textfile);
	*ret_error = error;
	return NULL;
}

void textfile_free(struct textfile *textfile)
{
	if (!textfile)
		return;
	if (textfile->lock >= 0) {
		unlinkat(textfile->directory, textfile->lock_name, 0);
		close(textfile->lock);
	}
	if (textfile->directory >= 0)
		close(textfile->directory);
	free(textfile->name);
	free(textfile->temporary_name);
	free(textfile->lock_name);
	free(textfile);
}

static int write_all(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, text, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written < 0 ? -errno : -EIO;
		text += written;
		length -= (size_t)written;
	}
	return 0;
}

/* No fsync(): what a crash of the machine loses, the next look writes again. */
static int textfile_write_temporary(const struct textfile *textfile, const char *text,
				    size_t length)
{
	int error = textfile_remove_temporary(textfile);

	if (error)
		return error;

	int fd = openat(textfile->directory, textfile->temporary_name,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	error = write_all(fd, text, length);
	if (!error && fchmod(fd, 0644))
		error = -errno;
	if (close(fd) && !error)
		error = -errno;
	return error;
}

int textfile_replace(struct textfile *textfile, const char *text, size_t length)
{
	int error = textfile_write_temporary(textfile, text, length);

	if (!error && renameat(textfile->directory, textfile->temporary_name, textfile->directory,
			       textfile->name))
		error = -errno;
	if (error)
		textfile_remove_temporary(textfile);
	return error;
}

int textfile_update(struct textfile *textfile, const struct run_summary *summary)
{
	struct usage usage = usage_now();
	struct buffer buffer;

	if (buffer_open(&buffer))
		return -ENOMEM;
	metrics_write(buffer.stream, summary, &usage);

	int error = buffer_close(&buffer);

	if (!error)
		error = textfile_replace(textfile, buffer.text, buffer.length);
	free(buffer.text);
	return error;
}
