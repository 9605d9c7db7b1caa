/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Five philosophers around five forks, each of which is a semaphore: main is the
 * first. With "live" a sixth thread sleeps and could lay down a fork: the near
 * miss, since nothing says that only its taker may.
 */
#include "hang.h"

#define SEATS 5

static sem_t left_fork[SEATS];
static pthread_barrier_t seated;

static void *dine(void *argument)
{
	size_t seat = (size_t)argument;

	sem_wait(&left_fork[seat]);
	pthread_barrier_wait(&seated);
	sem_wait(&left_fork[(seat + 1) % SEATS]); /* here it hangs */
	return NULL;
}

static void *look_on(void *argument)
{
	sleep_for_ever();
	return argument;
}

int main(int argc, char **argv)
{
	pid_t tid[SEATS] = { getpid() };
	pthread_t thread;

	(void)argv;
	go();
	meeting_init(&seated, SEATS, PTHREAD_PROCESS_PRIVATE);
	for (size_t i = 0; i < SEATS; i++)
		sem_init(&left_fork[i], 0, 1);
	for (size_t i = 1; i < SEATS; i++)
		tid[i] = thread_new(&thread, dine, (void *)i);
	if (argc > 1)
		thread_new(&thread, look_on, NULL);
	ready("a", tid[0], "b", tid[1], "c", tid[2], "d", tid[3], "e", tid[4], NULL);
	dine(NULL);
	return 0;
}
