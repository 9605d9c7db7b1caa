/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two threads write to one file: a with the file's rwsem held, in a page fault that nobody serves
 * (userfaultfd), b waits for the rwsem. Somebody may yet serve the fault.
 */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "hang.h"

static int file;

static void *writer(void *bytes)
{
	(void)!pwrite(file, bytes, 1, 0);
	return NULL;
}

int main(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	pthread_t first, second;

	go();
	file = must(memfd_create("rwsem", 0));

	char *page =
		must(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	struct uffdio_register range = { .range = { (unsigned long)page, 4096 },
					 .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = (int)must(syscall(SYS_userfaultfd, O_CLOEXEC));

	must(ioctl(fd, UFFDIO_API, &api));
	must(ioctl(fd, UFFDIO_REGISTER, &range));

	pid_t a = thread_new(&first, writer, page);

	await_call(a, SYS_pwrite64, NULL); /* with the rwsem */

	pid_t b = thread_new(&second, writer, "");

	await_call(b, SYS_pwrite64, NULL);
	ready("a", a, "b", b, "main", getpid(), NULL);
	pthread_join(second, NULL);
	return 0;
}
