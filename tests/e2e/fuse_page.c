/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process waits in futex() on a page of a file whose FUSE server has died in
 * the worst way: it is there, and never answers again. The page was in memory
 * when the wait began and is then dropped, so whoever reads it waits for ever.
 * With exec it waits in execve() instead, which closes its descriptor of the file.
 * Arguments: an empty directory to mount on, exec.
 *
 * The parent is the server and speaks the protocol of linux/fuse.h itself. It
 * ends, and with it the file system, when standard input does.
 */
#include "hang.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#define PAGE	 4096
#define FILE_ID	 2
#define REQUESTS (1 << 17)

static void reply(int fuse, const struct fuse_in_header *request, int error, const void *body,
		  size_t size)
{
	struct fuse_out_header head = { sizeof(head) + size, error, request->unique };
	struct iovec parts[2] = { { &head, sizeof(head) }, { (void *)body, size } };

	if (writev(fuse, parts, 2) < 0)
		perror("fuse reply");
}

static struct fuse_attr attributes_of(uint64_t node)
{
	return (struct fuse_attr){ .ino = node,
				   .size = PAGE,
				   .nlink = 1,
				   .blksize = PAGE,
				   .mode = node == FILE_ID ? S_IFREG | 0644 : S_IFDIR | 0755 };
}

static void answer_init(int fuse, const struct fuse_in_header *request)
{
	const struct fuse_init_in *in = (const void *)(request + 1);
	struct fuse_init_out out = { .major = FUSE_KERNEL_VERSION,
				     .minor = FUSE_KERNEL_MINOR_VERSION,
				     .max_readahead = in->max_readahead,
				     .max_write = PAGE,
				     .max_background = 4,
				     .congestion_threshold = 4 };

	if (out.minor > in->minor)
		out.minor = in->minor;
	reply(fuse, request, 0, &out, sizeof(out));
}

static void answer_lookup(int fuse, const struct fuse_in_header *request)
{
	struct fuse_entry_out out = { .nodeid = FILE_ID,
				      .entry_valid = 3600,
				      .attr_valid = 3600,
				      .attr = attributes_of(FILE_ID) };

	reply(fuse, request, 0, &out, sizeof(out));
}

static void answer_getattr(int fuse, const struct fuse_in_header *request)
{
	struct fuse_attr_out out = { .attr_valid = 3600, .attr = attributes_of(request->nodeid) };

	reply(fuse, request, 0, &out, sizeof(out));
}

static void answer_open(int fuse, const struct fuse_in_header *request)
{
	struct fuse_open_out out = { .open_flags = FOPEN_KEEP_CACHE };

	reply(fuse, request, 0, &out, sizeof(out));
}

static void answer(int fuse, const struct fuse_in_header *request)
{
	static const char zeros[PAGE];

	switch (request->opcode) {
	case FUSE_INIT:
		answer_init(fuse, request);
		break;
	case FUSE_LOOKUP:
		answer_lookup(fuse, request);
		break;
	case FUSE_GETATTR:
		answer_getattr(fuse, request);
		break;
	case FUSE_OPEN:
		answer_open(fuse, request);
		break;
	case FUSE_READ:
		reply(fuse, request, 0, zeros, sizeof(zeros));
		break;
	case FUSE_FLUSH:
		reply(fuse, request, 0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
		break;
	default:
		reply(fuse, request, -ENOSYS, NULL, 0);
	}
}

/* Answers until nothing was asked for so long. */
static void serve_for_ms(int fuse, int quiet_ms)
{
	static char request[REQUESTS];

	while (poll(&(struct pollfd){ fuse, POLLIN, 0 }, 1, quiet_ms) > 0) {
		if (read(fuse, request, sizeof(request)) > 0)
			answer(fuse, (const void *)request);
	}
}

static void drop_pages(int fuse)
{
	struct fuse_notify_inval_inode_out which = { .ino = FILE_ID, .off = 0, .len = 0 };
	struct fuse_out_header head = { sizeof(head) + sizeof(which), FUSE_NOTIFY_INVAL_INODE, 0 };
	struct iovec parts[2] = { { &head, sizeof(head) }, { &which, sizeof(which) } };

	must(writev(fuse, parts, 2));
}

/* Mapped to read only: a page that futex() made dirty could not be dropped without the server. */
static void wait_on_page(void *directory)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/page", (char *)directory);
	int fd = must(open(path, O_RDWR));
	int *word = must(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
	for (;;)
		syscall(SYS_futex, word, FUTEX_WAIT, *(volatile int *)word, NULL, NULL, 0);
}

/* What is asked for when a descriptor is closed (FUSE_FLUSH) finds nobody. */
static void exec_over_file(const char *directory)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/page", directory);
	must(open(path, O_RDWR | O_CLOEXEC));
	sleep(1);
	execl("/bin/sleep", "sleep", "1000", NULL);
}

int main(int argc, char **argv)
{
	char options[64];
	char byte;

	if (argc < 2)
		return 2;
	go();
	must(unshare(CLONE_NEWNS));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	int fuse = must(open("/dev/fuse", O_RDWR | O_CLOEXEC));
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
	must(mount("dltrace-test", argv[1], "fuse", MS_NOSUID | MS_NODEV, options));
	pid_t a = must(fork());
	if (a == 0) {
		close(fuse);
		if (argc > 2)
			exec_over_file(argv[1]);
		wait_on_page(argv[1]);
	}
	serve_for_ms(fuse, 500);
	drop_pages(fuse);
	ready("main", getpid(), "a", a, NULL);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	close(fuse);
	umount2(argv[1], MNT_DETACH);
	kill(a, SIGKILL);
	return 0;
}
