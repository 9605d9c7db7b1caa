/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two threads wait for a private semaphore and main joins the first: nobody is
 * left to post. With "live" a third thread sleeps and could: the near miss.
 */
#include "hang.h"

static sem_t semaphore;

static void *wait_for_post(void *argument)
{
	(void)argument;
	sem_wait(&semaphore); /* here it hangs */
	return NULL;
}

static void *sleep_long(void *argument)
{
	(void)argument;
	sleep_for_ever();
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t a, b, sleeper;

	(void)argv;
	go();
	sem_init(&semaphore, 0, 0);
	pid_t tid_a = thread_new(&a, wait_for_post, NULL);
	pid_t tid_b = thread_new(&b, wait_for_post, NULL);
	if (argc > 1)
		thread_new(&sleeper, sleep_long, NULL);
	ready("main", getpid(), "a", tid_a, "b", tid_b, NULL);
	pthread_join(a, NULL); /* here it hangs */
	return 0;
}
