/* SPDX-License-Identifier: BSD-2-Clause */
/* Two children wait for a semaphore in shared memory; who could post it waits for them. */
#include "hang.h"

static void wait_for_post(void *semaphore)
{
	sem_wait(semaphore); /* here it hangs */
}

int main(void)
{
	sem_t *semaphore = shared_memory(sizeof(*semaphore));

	go();
	sem_init(semaphore, 1, 0);
	pid_t a = child_new(wait_for_post, semaphore);
	pid_t b = child_new(wait_for_post, semaphore);
	ready("main", getpid(), "a", a, "b", b, NULL);
	waitpid(a, NULL, 0); /* here it hangs */
	return 0;
}
