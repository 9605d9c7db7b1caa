/* SPDX-License-Identifier: BSD-2-Clause */
/* A thread that holds a mutex for which another waits ends when it is told to, a second line. */
#include "hang.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sem_t taken;

static void *hold(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&lock);
	sem_post(&taken);
	go();
	return NULL;
}

static void *want(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&lock);
	return NULL;
}

int main(void)
{
	pthread_t holder, a;

	go();
	sem_init(&taken, 0, 0);
	pid_t tid_holder = thread_new(&holder, hold, NULL);
	sem_wait(&taken);
	pid_t tid_a = thread_new(&a, want, NULL);
	ready("main", getpid(), "holder", tid_holder, "a", tid_a, NULL);
	pthread_join(a, NULL);
	return 0;
}
