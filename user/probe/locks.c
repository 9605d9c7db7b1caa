/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc/locks says who waits behind which lock, but not through which open file
 * description a lock is held, and it may name a process that has exited. That
 * is in the fdinfo of each descriptor: a line for each lock that was taken
 * through its description by, for a POSIX lock, this very process (fs/locks.c:
 * show_fd_locks(), lock_get_status()).
 */
#include "probe/locks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "probe/maps.h"
#include "probe/procfs.h"
#include "probe/worker.h"

static const struct {
	const char *word;
	enum lock_type type;
} lock_words[] = {
	{ "FLOCK", LOCK_FLOCK },
	{ "POSIX", LOCK_POSIX },
	{ "OFDLCK", LOCK_OFD },
};

void locks_deinit(struct locks *locks)
{
	free(locks->items);
	*locks = (struct locks){ 0 };
}

static enum lock_type type_of_word(const char *word)
{
	for (size_t i = 0; i < sizeof(lock_words) / sizeof(*lock_words); i++)
		if (!strcmp(word, lock_words[i].word))
			return lock_words[i].type;
	return LOCK_OTHER;
}

static enum lock_mode mode_of_word(const char *word)
{
	if (!strcmp(word, "WRITE"))
		return LOCK_MODE_WRITE;
	return strcmp(word, "READ") ? LOCK_MODE_NONE : LOCK_MODE_READ;
}

/* "7: -> POSIX  ADVISORY  WRITE 812 fe:00:10961057 0 EOF"; each further level has one more space
 * before the arrow. */
bool lock_parse(const char *line, struct file_lock *ret)
{
	char type[8], mode[8], end[24];
	unsigned int major, minor;
	unsigned long long inode, start;
	const char *at = strstr(line, ": ");
	size_t indent = at ? strspn(at + 2, " ") : 0;

	if (!at)
		return false;
	at += 2 + indent;
	ret->depth = 0;
	if (!strncmp(at, "-> ", 3)) {
		ret->depth = (uint32_t)indent + 1;
		at += 3;
	}
	if (sscanf(at, "%7s %*s %7s %d %x:%x:%llu %llu %23s", type, mode, &ret->owner, &major,
		   &minor, &inode, &start, end) != 8)
		return false;
	ret->type = type_of_word(type);
	ret->mode = mode_of_word(mode);
	ret->dev = kernel_dev(major, minor);
	ret->inode = inode;
	ret->start = start;
	ret->end = strcmp(end, "EOF") ? strtoull(end, NULL, 10) : LOCK_TO_END;
	return true;
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (; (text = strchr(text, '\n')); text++)
		lines++;
	return lines;
}

static int locks_load(struct locks *locks)
{
	__attribute__((cleanup(text_deinit))) struct text text = { 0 };
	int fd = open("/proc/locks", O_RDONLY | O_CLOEXEC);
	int err = fd < 0 ? -errno : text_read(&text, fd);
	char *rest = text.bytes;

	if (fd >= 0)
		close(fd);
	if (err)
		return err;
	locks->items = calloc(count_lines(text.bytes) + 1, sizeof(*locks->items));
	if (!locks->items)
		return -ENOMEM;
	for (char *line; (line = strsep(&rest, "\n"));) {
		struct file_lock lock = { .fd = -1 };

		if (lock_parse(line, &lock))
			locks->items[locks->count++] = lock;
	}
	return 0;
}

/* The locks that one descriptor's fdinfo lists. */
static int add_held(const struct open_file *file, struct exchange *exchange)
{
	__attribute__((cleanup(text_deinit))) struct text text = { 0 };
	char name[32];
	uint32_t index = 0;

	snprintf(name, sizeof(name), "fdinfo/%d", file->fd);

	int err = procfs_read(procfs_thread(file->pid), name, &text);
	char *rest = text.bytes;

	if (err)
		return err;
	for (char *line; (line = strsep(&rest, "\n"));) {
		struct file_lock lock = { .pid = file->pid,
					  .fd = file->fd,
					  .description = file->description };

		if (strncmp(line, "lock:\t", 6))
			continue;
		index++;
		if (!lock_parse(line + 6, &lock))
			continue;
		lock.index = index;

		struct file_lock *room = exchange_add(exchange, 1);

		if (room)
			*room = lock;
	}
	return 0;
}

/* True if some of its locks are kept by others than this kernel. */
static bool dev_is_remote(uint32_t pid, uint32_t dev)
{
	_cleanup_free_ uint32_t *devs = NULL;
	size_t count = 0;

	if (maps_denied_devs(pid, &devs, &count))
		return true;
	for (size_t i = 0; i < count; i++)
		if (devs[i] == dev)
			return true;
	return false;
}

static void add_lines(const struct locks *locks, struct exchange *exchange)
{
	uint32_t dev = (uint32_t)exchange->question.a;

	for (size_t i = 0; i < locks->count; i++) {
		const struct file_lock *lock = &locks->items[i];
		struct file_lock *room = NULL;

		if (lock->dev == dev && lock->inode == exchange->question.b)
			room = exchange_add(exchange, 1);
		if (room)
			*room = *lock;
	}
}

static void add_descriptors(struct worker *worker, struct exchange *exchange)
{
	const struct open_file *files;
	size_t count = files_find(&worker->files, (uint32_t)exchange->question.a,
				  exchange->question.b, &files);

	if (count && dev_is_remote(files[0].pid, files[0].dev)) {
		exchange->error = -EREMOTE;
		return;
	}
	exchange->partial |= worker->files.partial;
	for (size_t i = 0; i < count; i++) {
		exchange->busy_with = files[i].pid;
		exchange_progress(exchange);

		int err = add_held(&files[i], exchange);

		if (err && !procfs_is_absent(err))
			exchange->partial = 1;
	}
	exchange->busy_with = 0;
}

void locks_answer(struct worker *worker, struct exchange *exchange)
{
	struct locks *locks = &worker->locks;
	int err = files_read(worker, exchange);

	if (!err && !locks->read) {
		locks->read = true;
		locks->error = locks_load(locks);
	}
	if (!err)
		err = locks->error;
	if (err) {
		exchange->error = err;
		return;
	}
	add_lines(locks, exchange);
	add_descriptors(worker, exchange);
}
