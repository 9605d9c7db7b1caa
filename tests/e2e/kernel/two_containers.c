/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two processes, each the first of a PID namespace of its own, so that both call
 * themselves 1 and their threads 2 and 3. "apart": in one of them two threads lock
 * two mutexes in opposite order, in the other they sleep. "deep": the same in
 * namespaces nested three deep. "shared", a near miss: the mutexes lie in memory
 * that both processes share, and the owner 1 in them may be either.
 */
#include "hang.h"

#include <sched.h>
#include <string.h>

struct table {
	pthread_mutex_t a, b;
	pthread_barrier_t both;
};

static struct table *shared;
static pid_t *outer; /* the hanging threads, as the first namespace counts */

static void table_init(struct table *table, int pshared)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, pshared);
	pthread_mutex_init(&table->a, &attributes);
	pthread_mutex_init(&table->b, &attributes);
	meeting_init(&table->both, 2, pshared);
}

/* /proc is that of the first namespace. */
static pid_t outer_tid(void)
{
	char text[64] = "";

	must(readlink("/proc/thread-self", text, sizeof(text) - 1));
	return atoi(strrchr(text, '/') + 1);
}

static void take(struct table *table, pthread_mutex_t *first, pthread_mutex_t *second)
{
	pthread_mutex_lock(first);
	pthread_barrier_wait(&table->both);
	pthread_mutex_lock(second);
}

static void *forth(void *argument)
{
	struct table *table = argument;

	outer[0] = outer_tid();
	take(table, &table->a, &table->b);
	return NULL;
}

static void *back(void *argument)
{
	struct table *table = argument;

	outer[1] = outer_tid();
	take(table, &table->b, &table->a);
	return NULL;
}

static void threads_hang(void *unused)
{
	static struct table table;
	pthread_t one, two;

	(void)unused;
	table_init(&table, PTHREAD_PROCESS_PRIVATE);
	thread_new(&one, forth, &table);
	thread_new(&two, back, &table);
	pthread_join(one, NULL);
}

static void *doze(void *unused)
{
	sleep_for_ever();
	return unused;
}

static void threads_sleep(void *unused)
{
	pthread_t one, two;

	(void)unused;
	thread_new(&one, doze, NULL);
	thread_new(&two, doze, NULL);
	pthread_join(one, NULL);
}

static void share_forth(void *unused)
{
	(void)unused;
	forth(shared);
}

static void share_back(void *unused)
{
	(void)unused;
	back(shared);
}

/* The calling process waits for its child in the new namespace. */
static void nest(int depth, void (*run)(void *))
{
	if (!depth) {
		run(NULL);
		return;
	}
	must(unshare(CLONE_NEWPID));

	pid_t child = must(fork());

	if (!child) {
		nest(depth - 1, run);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "apart";
	int depth = strcmp(how, "deep") ? 1 : 3;
	int pshared = !strcmp(how, "shared");

	go();
	outer = shared_memory(2 * sizeof(*outer));
	if (pshared) {
		shared = shared_memory(sizeof(*shared));
		table_init(shared, PTHREAD_PROCESS_SHARED);
	}
	pid_t a = must(fork());

	if (!a) {
		nest(depth, pshared ? share_forth : threads_hang);
		_exit(0);
	}
	pid_t b = must(fork());

	if (!b) {
		nest(depth, pshared ? share_back : threads_sleep);
		_exit(0);
	}
	while (!outer[0] || !outer[1])
		usleep(10000);
	ready("main", getpid(), "a", outer[0], "b", outer[1], NULL);
	waitpid(a, NULL, 0);
	return 0;
}
