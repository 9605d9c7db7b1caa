/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two threads wait for each other's mutex. The page with the first mutex is
 * then taken away and left to userfaultfd, with nobody who would bring it back:
 * whoever reads it through the page tables of this process may wait for ever.
 */
#include "hang.h"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#define PAGE 4096

static pthread_barrier_t both;
static pthread_mutex_t *lock[2];

static void *take_both(void *argument)
{
	size_t first = (size_t)argument;

	pthread_mutex_lock(lock[first]);
	pthread_barrier_wait(&both);
	pthread_mutex_lock(lock[!first]);
	return NULL;
}

static void *page_new(void)
{
	return must(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static void take_away(void *page)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .range = { .start = (unsigned long)page, .len = PAGE },
					 .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = must(syscall(SYS_userfaultfd, O_CLOEXEC));

	must(ioctl(fd, UFFDIO_API, &api));
	must(ioctl(fd, UFFDIO_REGISTER, &range));
	must(madvise(page, PAGE, MADV_DONTNEED));
}

int main(void)
{
	pthread_t a, b;

	lock[0] = page_new();
	lock[1] = page_new();
	go();
	meeting_init(&both, 2, PTHREAD_PROCESS_PRIVATE);
	pthread_mutex_init(lock[0], NULL);
	pthread_mutex_init(lock[1], NULL);
	pid_t tid_a = thread_new(&a, take_both, (void *)0);
	pid_t tid_b = thread_new(&b, take_both, (void *)1);
	await_call(tid_a, SYS_futex, lock[1]);
	await_call(tid_b, SYS_futex, lock[0]);
	take_away(lock[0]);
	ready("main", getpid(), "a", tid_a, "b", tid_b, NULL);
	pthread_join(a, NULL);
	return 0;
}
