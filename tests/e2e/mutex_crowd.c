/* SPDX-License-Identifier: BSD-2-Clause */
/* Two threads wait for each other's mutex, and a crowd of 200 waits behind them. */
#include "hang.h"

#define CROWD 200

static pthread_mutex_t lock[2] = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER };
static pthread_barrier_t both;

static void *take_both(void *argument)
{
	size_t first = (size_t)argument;

	pthread_mutex_lock(&lock[first]);
	pthread_barrier_wait(&both);
	pthread_mutex_lock(&lock[!first]);
	return NULL;
}

static void *take_one(void *argument)
{
	pthread_mutex_lock(&lock[(size_t)argument % 2]);
	return NULL;
}

int main(void)
{
	pthread_t a, b, other;

	go();
	meeting_init(&both, 3, PTHREAD_PROCESS_PRIVATE);
	pid_t tid_a = thread_new(&a, take_both, (void *)0);
	pid_t tid_b = thread_new(&b, take_both, (void *)1);
	pthread_barrier_wait(&both);
	for (size_t i = 0; i < CROWD; i++)
		thread_new(&other, take_one, (void *)i);
	ready("main", getpid(), "a", tid_a, "b", tid_b, NULL);
	pthread_join(a, NULL);
	return 0;
}
