/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * N philosophers (the argument, 2 to 9) sit around N forks, each takes the left
 * one and waits for the right one. Main joins the first.
 */
#include "hang.h"

#define SEATS 9

static pthread_mutex_t left_fork[SEATS];
static pthread_barrier_t seated;
static size_t seats;

static void *dine(void *argument)
{
	size_t seat = (size_t)argument;

	pthread_mutex_lock(&left_fork[seat]);
	pthread_barrier_wait(&seated);
	pthread_mutex_lock(&left_fork[(seat + 1) % seats]); /* here it hangs */
	return NULL;
}

int main(int argc, char **argv)
{
	pid_t tid[SEATS] = { 0 };
	pthread_t thread[SEATS];

	seats = argc > 1 ? strtoul(argv[1], NULL, 10) : 5;
	go();
	meeting_init(&seated, seats, PTHREAD_PROCESS_PRIVATE);
	for (size_t i = 0; i < seats; i++)
		pthread_mutex_init(&left_fork[i], NULL);
	for (size_t i = 0; i < seats; i++)
		tid[i] = thread_new(&thread[i], dine, (void *)i);
	ready("main", getpid(), "a", tid[0], "b", tid[1], "c", tid[2], "d", tid[3], "e", tid[4],
	      NULL);
	pthread_join(thread[0], NULL);
	return 0;
}
