/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pthread_rwlock_t: rwlock SCENE.
 *
 *   writers  two threads write to two locks in opposite order
 *   shared   two processes do so
 *   readers  two threads, each a writer of one lock and a reader of the other's
 *   joiner   a writer joins a thread that wants to read
 *   queue    a writer waits for a writer who joins it
 *   upgrade  a reader wants to write too, and so does another
 *   died     a reader ends without unlocking
 *   ended    a writer does so
 *   fork     a child needs what a thread of its parent writes to
 *   behind   writers are preferred: a reader waits behind a writer who waits for it
 *   slow     near miss: a reader sleeps with it
 *   writing  near miss: a writer sleeps with it
 *   timed    near miss: as writers, but both give up after a while
 */
#include "hang.h"

#include <string.h>
#include <sys/syscall.h>
#include <time.h>

struct table {
	pthread_barrier_t both;
	pthread_rwlock_t lock[2];
	int timed;
	int reads; /* the second lock of each */
	pthread_t joined;
	pid_t writer; /* the one who comes behind */
};

static void write_to(struct table *table, int which)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 1000;
	if (table->timed)
		pthread_rwlock_timedwrlock(&table->lock[which], &end);
	else
		pthread_rwlock_wrlock(&table->lock[which]);
}

static void take_in_order(struct table *table, int first)
{
	write_to(table, first);
	pthread_barrier_wait(&table->both);
	if (table->reads)
		pthread_rwlock_rdlock(&table->lock[!first]);
	else
		write_to(table, !first);
}

static void take_forward(void *table)
{
	take_in_order(table, 0);
}

static void take_backward(void *table)
{
	take_in_order(table, 1);
}

static void *run_forward(void *table)
{
	take_forward(table);
	return NULL;
}

static void *run_backward(void *table)
{
	take_backward(table);
	return NULL;
}

static void *run_read(void *argument)
{
	struct table *table = argument;

	pthread_rwlock_rdlock(&table->lock[0]);
	return NULL;
}

static void *run_write(void *argument)
{
	struct table *table = argument;

	write_to(table, 0);
	return NULL;
}

static void *run_upgrade(void *argument)
{
	struct table *table = argument;

	pthread_rwlock_rdlock(&table->lock[0]);
	pthread_barrier_wait(&table->both);
	write_to(table, 0);
	return NULL;
}

static void *run_read_and_sleep(void *argument)
{
	struct table *table = argument;

	pthread_rwlock_rdlock(&table->lock[0]);
	pthread_barrier_wait(&table->both);
	sleep_for_ever();
	return NULL;
}

static void *run_write_and_sleep(void *argument)
{
	struct table *table = argument;

	write_to(table, 0);
	pthread_barrier_wait(&table->both);
	sleep_for_ever();
	return NULL;
}

/* Reads, lets a writer come and wait, and reads again, which waits behind the writer. */
static void *run_read_twice(void *argument)
{
	struct table *table = argument;

	pthread_rwlock_rdlock(&table->lock[0]);
	pthread_barrier_wait(&table->both);
	await_call(table->writer, SYS_futex, NULL);
	pthread_rwlock_rdlock(&table->lock[0]);
	return NULL;
}

static void *run_write_behind(void *argument)
{
	struct table *table = argument;

	table->writer = gettid();
	pthread_barrier_wait(&table->both);
	write_to(table, 0);
	return NULL;
}

static void write_one(void *table)
{
	run_write(table);
}

static void two_threads(struct table *table, void *(*first)(void *), void *(*second)(void *))
{
	pthread_t one, two;
	pid_t a = thread_new(&one, first, table), b = thread_new(&two, second, table);

	ready("main", getpid(), "a", a, "b", b, NULL);
	pthread_join(one, NULL);
}

static void two_processes(struct table *table)
{
	pid_t a = child_new(take_forward, table), b = child_new(take_backward, table);

	ready("main", getpid(), "a", a, "b", b, NULL);
	waitpid(a, NULL, 0);
}

static void join_one(struct table *table, void *(*run)(void *))
{
	pthread_t thread;
	pid_t a = thread_new(&thread, run, table);

	ready("main", getpid(), "a", a, NULL);
	pthread_join(thread, NULL);
}

static void after_one(struct table *table, void *(*run)(void *))
{
	pthread_t owner;

	thread_new(&owner, run, table);
	pthread_join(owner, NULL);
	join_one(table, run_write);
}

static void beside_one(struct table *table, void *(*run)(void *), int in_child)
{
	pthread_t owner;
	pid_t holder = thread_new(&owner, run, table);

	pthread_barrier_wait(&table->both);
	if (!in_child)
		return join_one(table, run_write);

	pid_t a = child_new(write_one, table);

	ready("main", getpid(), "holder", holder, "a", a, NULL);
	waitpid(a, NULL, 0);
}

static struct table *table_new(int shared, int prefer)
{
	struct table *table = shared ? shared_memory(sizeof(*table)) : calloc(1, sizeof(*table));
	pthread_rwlockattr_t attributes;

	meeting_init(&table->both, 2, shared);
	pthread_rwlockattr_init(&attributes);
	pthread_rwlockattr_setkind_np(&attributes, prefer);
	pthread_rwlockattr_setpshared(&attributes, shared);
	pthread_rwlock_init(&table->lock[0], &attributes);
	pthread_rwlock_init(&table->lock[1], &attributes);
	return table;
}

int main(int argc, char **argv)
{
	const char *scene = argc > 1 ? argv[1] : "writers";
	int behind = !strcmp(scene, "behind");
	struct table *table = table_new(!strcmp(scene, "shared"),
					behind ? PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP
					       : PTHREAD_RWLOCK_PREFER_READER_NP);

	go();
	table->timed = !strcmp(scene, "timed");
	table->reads = !strcmp(scene, "readers");
	if (!strcmp(scene, "shared"))
		two_processes(table);
	else if (!strcmp(scene, "joiner")) {
		write_to(table, 0);
		join_one(table, run_read);
	} else if (!strcmp(scene, "queue")) {
		write_to(table, 0);
		join_one(table, run_write);
	} else if (!strcmp(scene, "upgrade"))
		two_threads(table, run_upgrade, run_upgrade);
	else if (behind)
		two_threads(table, run_read_twice, run_write_behind);
	else if (!strcmp(scene, "died"))
		after_one(table, run_read);
	else if (!strcmp(scene, "ended"))
		after_one(table, run_write);
	else if (!strcmp(scene, "fork"))
		beside_one(table, run_write_and_sleep, 1);
	else if (!strcmp(scene, "slow"))
		beside_one(table, run_read_and_sleep, 0);
	else if (!strcmp(scene, "writing"))
		beside_one(table, run_write_and_sleep, 0);
	else
		two_threads(table, run_forward, run_backward);
	return 0;
}
