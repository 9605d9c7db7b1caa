/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread, b, has a mutex and joins another, a, that waits for it: cancel [live].
 * The process has cancelled a thread before; with "live" its main thread sleeps, and
 * may cancel b, whose clean-up handler gives the mutex back. Otherwise it joins b.
 */
#include "hang.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pid_t tid_a;
static sem_t joins;

static void *want(void *unused)
{
	pthread_mutex_lock(&lock);
	return unused;
}

static void give_back(void *unused)
{
	(void)unused;
	pthread_mutex_unlock(&lock);
}

static void *join_who_wants(void *unused)
{
	pthread_t thread;

	pthread_mutex_lock(&lock);
	pthread_cleanup_push(give_back, NULL);
	tid_a = thread_new(&thread, want, NULL);
	sem_post(&joins);
	pthread_join(thread, NULL);
	pthread_cleanup_pop(1);
	return unused;
}

static void *doze(void *unused)
{
	sleep_for_ever();
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t dozer, joiner;

	(void)argv;
	go();
	thread_new(&dozer, doze, NULL);
	pthread_cancel(dozer);
	pthread_join(dozer, NULL);
	sem_init(&joins, 0, 0);

	pid_t tid_b = thread_new(&joiner, join_who_wants, NULL);

	sem_wait(&joins);
	ready("main", getpid(), "a", tid_a, "b", tid_b, NULL);
	if (argc > 1) {
		sleep(3600);
		pthread_cancel(joiner);
	}
	pthread_join(joiner, NULL);
	return 0;
}
