/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * musl's locks: locks TYPE SCENE.
 *
 * TYPE: normal (which stores no owner), recursive, errorcheck, robust, inherit.
 * SCENE:
 *   abba    two threads take two mutexes in opposite order
 *   twice   a thread takes a mutex that it has
 *   ended   the owner ends and leaves the mutex taken
 *   slow    near miss: the owner sleeps with it
 *   timed   near miss: as abba, but both give up after a while
 *   lively  as abba, beside a thread that sleeps and works
 *   passed  near miss of lively: one of the two is only about to take the second one,
 *           which another thread has in its sleep
 */
#include "hang.h"

#include <string.h>
#include <time.h>

struct table {
	pthread_barrier_t both;
	pthread_mutex_t *lock[2];
	int timed;
};

static void take(pthread_mutex_t *lock, int timed)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 1000;
	if (timed)
		pthread_mutex_timedlock(lock, &end);
	else
		pthread_mutex_lock(lock);
}

/* Noinline, and used afterwards: a guard lies on the stack of who holds one. */
static __attribute__((noinline)) void take_both(struct table *table, pthread_mutex_t *first,
						pthread_mutex_t *second)
{
	take(first, table->timed);
	pthread_barrier_wait(&table->both);
	if (first != table->lock[0]) /* of two that inherit, one must wait before the other tries */
		usleep(100000);
	take(second, table->timed);
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
}

static void *run_forward(void *argument)
{
	struct table *table = argument;

	take_both(table, table->lock[0], table->lock[1]);
	return NULL;
}

static void *run_backward(void *argument)
{
	struct table *table = argument;

	take_both(table, table->lock[1], table->lock[0]);
	return NULL;
}

static void *run_twice(void *argument)
{
	struct table *table = argument;

	take(table->lock[0], 0);
	take(table->lock[0], 0);
	pthread_mutex_unlock(table->lock[0]);
	return NULL;
}

static void *run_and_end(void *argument)
{
	struct table *table = argument;

	take(table->lock[0], 0);
	return NULL;
}

static void *run_and_sleep(void *argument)
{
	struct table *table = argument;

	take(table->lock[0], 0);
	pthread_barrier_wait(&table->both);
	sleep_for_ever();
	pthread_mutex_unlock(table->lock[0]);
	return NULL;
}

/* Both in the same order: the second is only wanted. */
static __attribute__((noinline)) void take_one_after_the_other(pthread_mutex_t *first,
							       pthread_mutex_t *second)
{
	pthread_mutex_lock(first);
	pthread_mutex_lock(second);
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
}

static void *run_in_order(void *argument)
{
	struct table *table = argument;

	take_one_after_the_other(table->lock[1], table->lock[0]);
	return NULL;
}

static void *work(void *argument)
{
	(void)argument;
	for (;;)
		usleep(20000);
	return NULL;
}

static pthread_mutex_t *mutex_new(const char *type)
{
	pthread_mutex_t *mutex = calloc(1, sizeof(*mutex));
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	if (!strcmp(type, "recursive"))
		pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
	if (!strcmp(type, "errorcheck"))
		pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
	if (!strcmp(type, "robust"))
		pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	if (!strcmp(type, "inherit"))
		pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(mutex, &attributes);
	return mutex;
}

static void two_threads(struct table *table, void *(*run_a)(void *), void *(*run_b)(void *))
{
	pthread_t one, two;
	pid_t a = thread_new(&one, run_a, table), b = thread_new(&two, run_b, table);

	ready("main", getpid(), "a", a, "b", b, NULL);
	pthread_join(one, NULL);
}

static void one_thread(struct table *table, void *(*run)(void *))
{
	pthread_t thread;
	pid_t a = thread_new(&thread, run, table);

	ready("main", getpid(), "a", a, NULL);
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	const char *type = argc > 1 ? argv[1] : "normal", *scene = argc > 2 ? argv[2] : "abba";
	struct table *table = calloc(1, sizeof(*table));
	pthread_t other;

	meeting_init(&table->both, 2, PTHREAD_PROCESS_PRIVATE);
	table->lock[0] = mutex_new(type);
	table->lock[1] = mutex_new(type);
	table->timed = !strcmp(scene, "timed");
	go();
	if (!strcmp(scene, "lively"))
		thread_new(&other, work, NULL);
	if (!strcmp(scene, "abba") || !strcmp(scene, "lively") || table->timed)
		two_threads(table, run_forward, run_backward);
	if (!strcmp(scene, "twice"))
		one_thread(table, run_twice);
	if (!strcmp(scene, "ended")) {
		thread_new(&other, run_and_end, table);
		pthread_join(other, NULL);
		one_thread(table, run_and_end);
	}
	thread_new(&other, run_and_sleep, table);
	pthread_barrier_wait(&table->both);
	if (!strcmp(scene, "passed"))
		two_threads(table, run_in_order, run_in_order);
	one_thread(table, run_and_end);
	return 0;
}
