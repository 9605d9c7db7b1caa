/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two children wait for a semaphore in memory that has a name, so that somebody else might post it:
 * /dev/shm/woken-PID, which the test removes. Their parent has posted it before, while they slept,
 * and now waits for them.
 */
#include <fcntl.h>

#include "hang.h"

#define POSTS 6

static void wait_for_posts(void *semaphore)
{
	for (;;)
		sem_wait(semaphore);
}

int main(void)
{
	char name[32];

	snprintf(name, sizeof(name), "/woken-%d", getpid());

	int fd = must(shm_open(name, O_CREAT | O_RDWR, 0600));

	must(ftruncate(fd, 4096));

	sem_t *semaphore = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	close(fd);
	sem_init(semaphore, 1, 0);
	go();
	pid_t a = child_new(wait_for_posts, semaphore);
	pid_t b = child_new(wait_for_posts, semaphore);
	for (int i = 0; i < POSTS; i++) {
		usleep(50000);
		sem_post(semaphore);
	}
	ready("main", getpid(), "a", a, "b", b, NULL);
	waitpid(a, NULL, 0);
	return 0;
}
