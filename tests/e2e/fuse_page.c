/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process waits in futex() on a page of a file whose FUSE server has died in
 * the worst way: it is there, and never answers again. The page was in memory
 * when the wait began and is then dropped, so whoever reads it waits for ever.
 * With exec it waits in execve() instead, which closes its descriptor of the file.
 * With mmap another process reads the page through /proc/PID/mem, which takes the
 * lock of the address space along; the waiter maps something, waits for that lock,
 * and has whoever wants to read its mappings wait behind it, while another thread
 * waits for a mutex that it holds.
 * Arguments: an empty directory to mount on, exec or mmap.
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
#define LIFE_S	 20		      /* many others wait along, as whoever lists processes does */
#define PLACE	 ((void *)0x20000000) /* where the page is mapped */
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

/* Answers until the other process says that it needs no more. */
static void serve_until_told(int fuse, int told)
{
	static char request[REQUESTS];
	struct pollfd both[] = { { told, POLLIN, 0 }, { fuse, POLLIN, 0 } };

	while (poll(both, 2, -1) > 0 && !both[0].revents) {
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
static int *map_page(const char *directory)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/page", directory);
	int fd = must(open(path, O_RDWR));
	return must(mmap(PLACE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0));
}

static void wait_on_page(const char *directory)
{
	int *word = map_page(directory);

	for (;;)
		syscall(SYS_futex, word, FUTEX_WAIT, *(volatile int *)word, NULL, NULL, 0);
}

/* What is asked for when a descriptor is closed (FUSE_FLUSH) finds nobody. */
static void exec_over_file(const char *directory, int tell)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/page", directory);
	must(open(path, O_RDWR | O_CLOEXEC));
	must(write(tell, "", 1));
	execl("/bin/sleep", "sleep", "1000", NULL);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *want_mutex(void *unused)
{
	pthread_mutex_lock(&mutex);
	return unused;
}

static void map_when_told(const char *directory, int tell, int told)
{
	volatile int *word = map_page(directory);
	pthread_t thread;
	char byte = (char)*word;

	pthread_mutex_lock(&mutex);
	thread_new(&thread, want_mutex, NULL);
	must(write(tell, &byte, 1));
	must(read(told, &byte, 1));
	mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	sleep_for_ever();
}

static void await_uninterruptible(pid_t pid)
{
	char path[64], line[256], state = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	while (state != 'D') {
		FILE *status = fopen(path, "re");

		while (status && fgets(line, sizeof(line), status))
			sscanf(line, "State: %c", &state);
		if (status)
			fclose(status);
		usleep(1000);
	}
}

/* Whoever reads the page has locked the address space, and waits for the server. */
static pid_t lock_memory(pid_t pid)
{
	char path[64], byte;
	pid_t reader = must(fork());

	if (reader)
		return reader;
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	pread(must(open(path, O_RDONLY)), &byte, 1, (off_t)PLACE);
	_exit(0);
}

int main(int argc, char **argv)
{
	const char *how = argc > 2 ? argv[2] : "";
	pid_t reader = 0;
	int of_child[2], of_parent[2];
	char options[64];
	char byte;

	if (argc < 2)
		return 2;
	go();
	alarm(LIFE_S);
	must(unshare(CLONE_NEWNS));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	int fuse = must(open("/dev/fuse", O_RDWR | O_CLOEXEC));
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
	must(mount("dltrace-test", argv[1], "fuse", MS_NOSUID | MS_NODEV, options));
	must(pipe2(of_child, O_CLOEXEC));
	must(pipe2(of_parent, O_CLOEXEC));
	pid_t a = must(fork());
	if (a == 0) {
		close(fuse);
		if (!strcmp(how, "exec"))
			exec_over_file(argv[1], of_child[1]);
		if (!strcmp(how, "mmap"))
			map_when_told(argv[1], of_child[1], of_parent[0]);
		wait_on_page(argv[1]);
	}
	if (*how)
		serve_until_told(fuse, of_child[0]);
	else
		serve_for_ms(fuse, 500);
	drop_pages(fuse);
	if (!strcmp(how, "mmap"))
		reader = lock_memory(a);
	/* from now on somebody waits for an answer */
	if (*how)
		must(poll(&(struct pollfd){ fuse, POLLIN, 0 }, 1, -1));
	if (!strcmp(how, "mmap")) {
		must(write(of_parent[1], "", 1));
		await_uninterruptible(a);
	}
	ready("main", getpid(), "a", a, NULL);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	close(fuse);
	umount2(argv[1], MNT_DETACH);
	kill(a, SIGKILL);
	if (reader)
		kill(reader, SIGKILL);
	return 0;
}
