/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A semaphore that is taken as a lock, and then the process runs another program: this one again,
 * which has a semaphore of its own at that address. A thread waits for it that is joined by the
 * taker, and another thread may post it.
 */
#include "hang.h"

#define ADDRESS 0x10000000

static sem_t *semaphore_new(unsigned int value)
{
	sem_t *semaphore = must(mmap((void *)ADDRESS, sizeof(*semaphore), PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));

	sem_init(semaphore, 0, value);
	return semaphore;
}

static void *wait_for(void *semaphore)
{
	sem_wait(semaphore);
	return NULL;
}

static void *post_late(void *semaphore)
{
	sleep(1000);
	sem_post(semaphore);
	return NULL;
}

int main(int argc, char **argv)
{
	sem_t *semaphore = semaphore_new(argc == 1);
	pthread_t waiter, other;

	if (argc == 1) {
		go();
		sem_wait(semaphore);
		must(execl("/proc/self/exe", argv[0], "again", NULL));
	}
	thread_new(&other, post_late, semaphore);

	pid_t tid = thread_new(&waiter, wait_for, semaphore);

	ready("main", getpid(), "waiter", tid, NULL);
	pthread_join(waiter, NULL);
	return 0;
}
