/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an epoll instance watches, from the lines of its fdinfo (fs/eventpoll.c:
 * ep_show_fdinfo()). Each has the descriptor by which the file was added, which
 * may since have been closed, or be another file's, in this process or in another
 * one that shares the instance. A socket has one description, so its inode says if
 * it still is that file; of others kcmp(2) says it, for which the kernel walks all that
 * is watched, and keeps the owner out meanwhile: so it is not asked about thousands.
 */
#include <errno.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe/procfs.h"
#include "probe/worker.h"

#define KCMP_MOST 512
#define LINK_SIZE 64

/* Files added by one number are told apart by their order, in which kcmp() counts too. */
static uint32_t nth_of_number(const struct epoll_target *first, const struct epoll_target *target)
{
	uint32_t before = 0;

	for (; first < target; first++)
		before += first->fd == target->fd;
	return before;
}

static bool is_same_file(uint32_t thread, int epoll, const struct epoll_target *target,
			 uint32_t nth)
{
	struct kcmp_epoll_slot slot = { .efd = (uint32_t)epoll,
					.tfd = (uint32_t)target->fd,
					.toff = nth };

	return !syscall(SYS_kcmp, thread, thread, KCMP_EPOLL_TFD, target->fd, &slot);
}

static bool is_same_socket(uint32_t thread, const struct epoll_target *target)
{
	char name[32], link[LINK_SIZE];
	unsigned long long inode;

	snprintf(name, sizeof(name), "fd/%d", target->fd);
	return procfs_link(thread, name, link, sizeof(link)) > 0 &&
	       sscanf(link, "socket:[%llu]", &inode) == 1 && inode == target->inode;
}

static bool target_parse(const char *line, struct epoll_target *ret)
{
	unsigned int events, dev;
	unsigned long long inode;
	int fd;

	if (sscanf(line, "tfd: %d events: %x data: %*x pos:%*d ino:%llx sdev:%x", &fd, &events,
		   &inode, &dev) != 4)
		return false;
	/* the kernel's own form of a device number, 20 bits of minor (linux/kdev_t.h) */
	*ret = (struct epoll_target){ .inode = inode, .dev = dev, .fd = fd, .events = events };
	return true;
}

void epoll_answer(struct worker *worker, struct exchange *exchange)
{
	const struct question *question = &exchange->question;
	__attribute__((cleanup(text_deinit))) struct text text = { 0 };
	uint32_t thread = procfs_thread(question->id);
	const struct epoll_target *targets = (const void *)exchange->items;
	char name[32];
	uint32_t compared = 0;

	(void)worker;
	snprintf(name, sizeof(name), "fdinfo/%d", (int)question->a);
	exchange->error = procfs_read(thread, name, &text);
	if (exchange->error)
		return;
	for (const char *line = strstr(text.bytes, "tfd:"); line; line = strstr(line + 1, "tfd:")) {
		struct epoll_target target, *item;

		if (!target_parse(line, &target)) {
			exchange->error = -EINVAL;
			return;
		}
		item = exchange_add(exchange, 1);
		if (!item)
			return;
		*item = target;
		item->is_file =
			is_same_socket(thread, item) ||
			(compared++ < KCMP_MOST && is_same_file(thread, (int)question->a, item,
								nth_of_number(targets, item)));
	}
}
