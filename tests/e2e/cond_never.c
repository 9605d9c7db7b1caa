/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two threads wait for a condition that nobody is left to signal, main joins
 * the first. With "live" a third thread sleeps and could: an idle pool of
 * threads beside a busy one, the near miss.
 */
#include "hang.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
static int jobs;

static void *wait_for_work(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&lock);
	while (!jobs)
		pthread_cond_wait(&work, &lock); /* here it hangs */
	pthread_mutex_unlock(&lock);
	return NULL;
}

static void *sleep_in_a_loop(void *argument)
{
	(void)argument;
	for (;;)
		usleep(50000);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t a, b, busy;

	(void)argv;
	go();
	pid_t tid_a = thread_new(&a, wait_for_work, NULL);
	pid_t tid_b = thread_new(&b, wait_for_work, NULL);
	if (argc > 1)
		thread_new(&busy, sleep_in_a_loop, NULL);
	ready("main", getpid(), "a", tid_a, "b", tid_b, NULL);
	pthread_join(a, NULL); /* here it hangs */
	return 0;
}
