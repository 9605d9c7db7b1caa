/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Near miss: a thread holds a mutex for a long time and sleeps; another waits
 * for it, main joins that one. With "work" it holds it for a moment, again and
 * again.
 */
#include "hang.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t taken;

static void *hold(void *argument)
{
	pthread_mutex_lock(&lock);
	pthread_barrier_wait(&taken);
	while (argument) {
		usleep(30000);
		pthread_mutex_unlock(&lock);
		usleep(1000);
		pthread_mutex_lock(&lock);
	}
	sleep_for_ever();
	return NULL;
}

static void *take(void *argument)
{
	do {
		pthread_mutex_lock(&lock);
		usleep(30000);
		pthread_mutex_unlock(&lock);
	} while (argument);
	return NULL;
}

int main(int argc, char **argv)
{
	void *work = argc > 1 ? argv[1] : NULL;
	pthread_t holder, a;

	go();
	meeting_init(&taken, 2, PTHREAD_PROCESS_PRIVATE);
	thread_new(&holder, hold, work);
	pthread_barrier_wait(&taken);
	pid_t tid_a = thread_new(&a, take, work);
	ready("main", getpid(), "a", tid_a, NULL);
	pthread_join(a, NULL);
	return 0;
}
