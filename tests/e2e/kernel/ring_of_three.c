/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ring of three processes, of three kinds: a waits for a mutex in shared memory that
 * b holds, b waits for its child c to end, c reads from a pipe that a would write to.
 * "helped", a near miss: somebody else has the pipe's write end, too.
 */
#include "hang.h"

#include <string.h>

struct table {
	pthread_mutex_t lock;
	pthread_barrier_t taken;
	pid_t c;
};

static struct table *table;
static int ends[2];

static void read_order(void *unused)
{
	char byte;

	(void)unused;
	close(ends[1]);
	must(read(ends[0], &byte, 1)); /* here it hangs */
}

static void lock_and_wait(void *unused)
{
	(void)unused;
	table->c = child_new(read_order, NULL);
	close(ends[0]);
	close(ends[1]);
	pthread_mutex_lock(&table->lock);
	pthread_barrier_wait(&table->taken);
	waitpid(table->c, NULL, 0); /* here it hangs */
}

static void want_lock(void *unused)
{
	(void)unused;
	close(ends[0]);
	pthread_barrier_wait(&table->taken);
	pthread_mutex_lock(&table->lock); /* here it hangs */
	must(write(ends[1], "", 1));
}

static void hold(void *unused)
{
	(void)unused;
	sleep_for_ever();
}

int main(int argc, char **argv)
{
	pthread_mutexattr_t attributes;
	pid_t a, b;

	go();
	table = shared_memory(sizeof(*table));
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&table->lock, &attributes);
	meeting_init(&table->taken, 2, PTHREAD_PROCESS_SHARED);
	must(pipe(ends));
	b = child_new(lock_and_wait, NULL);
	a = child_new(want_lock, NULL);
	if (argc > 1 && !strcmp(argv[1], "helped"))
		child_new(hold, NULL);
	close(ends[0]);
	close(ends[1]);
	while (!*(volatile pid_t *)&table->c)
		usleep(10000);
	ready("main", getpid(), "a", a, "b", b, "c", table->c, NULL);
	waitpid(a, NULL, 0);
	return 0;
}
