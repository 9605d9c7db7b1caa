/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of musl has no owner, and how it joins: others WHAT [live].
 *
 * WHAT: sem, cond, rwlock (a writer waits for a reader that has ended), barrier,
 * join (two threads join each other). With "live" a thread sleeps that could
 * end the wait, the near miss; of a join it is the joined one.
 */
#include "hang.h"

#include <string.h>

static sem_t semaphore;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_t one, two;
static pthread_barrier_t known;

static void *wait_sem(void *argument)
{
	sem_wait(&semaphore);
	return argument;
}

static void *wait_cond(void *argument)
{
	pthread_mutex_lock(&lock);
	pthread_cond_wait(&cond, &lock);
	return argument;
}

static void *read_and_end(void *argument)
{
	pthread_rwlock_rdlock(&rwlock);
	return argument;
}

static void *wait_rwlock(void *argument)
{
	pthread_rwlock_wrlock(&rwlock);
	return argument;
}

static void *wait_barrier(void *argument)
{
	pthread_barrier_wait(&barrier);
	return argument;
}

static void *join_other(void *argument)
{
	pthread_barrier_wait(&known);
	pthread_join(*(pthread_t *)argument, NULL);
	return argument;
}

static void *sleep_long(void *argument)
{
	sleep_for_ever();
	return argument;
}

static void join_each_other(int live)
{
	meeting_init(&known, live ? 2 : 3, PTHREAD_PROCESS_PRIVATE);

	pid_t a = thread_new(&one, join_other, &two);
	pid_t b = thread_new(&two, live ? sleep_long : join_other, &one);

	pthread_barrier_wait(&known);
	ready("main", getpid(), "a", a, "b", b, NULL);
	pthread_join(one, NULL);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void *(*run)(void *);
	} waits[] = { { "sem", wait_sem },
		      { "cond", wait_cond },
		      { "rwlock", wait_rwlock },
		      { "barrier", wait_barrier } };
	const char *what = argc > 1 ? argv[1] : "sem";
	int live = argc > 2;

	go();
	if (!strcmp(what, "join"))
		join_each_other(live);
	sem_init(&semaphore, 0, 0);
	meeting_init(&barrier, 3, PTHREAD_PROCESS_PRIVATE);
	thread_new(&one, read_and_end, NULL);
	pthread_join(one, NULL);
	if (live)
		thread_new(&two, sleep_long, NULL);
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		if (strcmp(waits[i].name, what))
			continue;

		pid_t a = thread_new(&one, waits[i].run, NULL);
		pid_t b = thread_new(&two, waits[i].run, NULL);

		ready("main", getpid(), "a", a, "b", b, NULL);
		pthread_join(one, NULL);
	}
	return 1;
}
