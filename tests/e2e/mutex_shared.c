/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mutexes in memory that two children share. abba: each holds one and waits for
 * the other's. dead: the first one ends with its mutex held, the second waits
 * for it. The parent waits for the last one that is left.
 */
#include "hang.h"

#include <string.h>

struct table {
	pthread_barrier_t both;
	pthread_mutex_t lock[2];
};

static void take_in_order(struct table *table, size_t first)
{
	pthread_mutex_lock(&table->lock[first]);
	pthread_barrier_wait(&table->both);
	pthread_mutex_lock(&table->lock[!first]);
}

static void take_forward(void *table)
{
	take_in_order(table, 0);
}

static void take_backward(void *table)
{
	take_in_order(table, 1);
}

static void take_and_end(void *argument)
{
	struct table *table = argument;

	pthread_mutex_lock(&table->lock[0]);
}

int main(int argc, char **argv)
{
	struct table *table = shared_memory(sizeof(*table));
	pthread_mutexattr_t attributes;

	go();
	meeting_init(&table->both, 2, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&table->lock[0], &attributes);
	pthread_mutex_init(&table->lock[1], &attributes);
	if (argc > 1 && !strcmp(argv[1], "dead")) {
		waitpid(child_new(take_and_end, table), NULL, 0);
		pid_t waiter = child_new(take_and_end, table);
		ready("main", getpid(), "a", waiter, NULL);
		waitpid(waiter, NULL, 0);
		return 0;
	}
	pid_t a = child_new(take_forward, table);
	pid_t b = child_new(take_backward, table);
	ready("main", getpid(), "a", a, "b", b, NULL);
	waitpid(a, NULL, 0);
	return 0;
}
