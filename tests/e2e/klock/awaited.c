/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * a sleeps in the kernel for what no other task is known to bring: inotify (a watched folder),
 * uffd (somebody who serves its page fault), uring (completions), seccomp (its supervisor, which
 * sleeps), terminal (somebody who types).
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <stddef.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "hang.h"

static void read_from(int fd)
{
	char bytes[512];

	(void)!read(fd, bytes, sizeof(bytes));
}

static void inotify(void)
{
	int fd = must(inotify_init());

	must(inotify_add_watch(fd, "/proc", IN_DELETE_SELF));
	read_from(fd);
}

static void uffd(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	char *page = shared_memory(4096);
	struct uffdio_register range = { .range = { (unsigned long)page, 4096 },
					 .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = (int)must(syscall(SYS_userfaultfd, O_CLOEXEC));

	must(ioctl(fd, UFFDIO_API, &api));
	must(ioctl(fd, UFFDIO_REGISTER, &range));
	*(volatile char *)page = 1;
}

static void uring(void)
{
	struct io_uring_params params = { 0 };
	int fd = (int)must(syscall(SYS_io_uring_setup, 4, &params));

	syscall(SYS_io_uring_enter, fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0);
}

/* The filter stays with the child, and the descriptor through which it would be answered too. */
static void seccomp(void)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(steps) / sizeof(*steps), steps };

	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
		     &program));
	syscall(SYS_getppid);
}

static void terminal(void)
{
	int keyboard = must(posix_openpt(O_RDWR | O_NOCTTY));

	must(grantpt(keyboard));
	must(unlockpt(keyboard));
	read_from(must(open(ptsname(keyboard), O_RDWR | O_NOCTTY)));
}

static const struct {
	const char *name;
	void (*run)(void);
} modes[] = { { "inotify", inotify },
	      { "uffd", uffd },
	      { "uring", uring },
	      { "seccomp", seccomp },
	      { "terminal", terminal } };

static void run(void *argument)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(argument, modes[i].name))
			modes[i].run();
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	go();

	pid_t a = child_new(run, argv[1]);

	usleep(200000); /* until it sleeps */
	ready("a", a, "main", getpid(), NULL);
	waitpid(a, NULL, 0);
	return 0;
}
