/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mutexes of every type, which all name their owner: owned TYPE SCENE.
 *
 * TYPE: normal, recursive, errorcheck, adaptive, protect, inherit, robust,
 * robust-inherit. SCENE:
 *   abba    two threads take two mutexes in opposite order
 *   shared  two processes do so
 *   twice   a thread takes a mutex that it has
 *   ended   the owner ends and leaves the mutex taken
 *   killed  the owner is another process, which is killed
 *   fork    a child needs what another thread of its parent has
 *   slow    near miss: the owner sleeps with it
 *   timed   near miss: as abba, but both give up after a while
 *   recover near miss of ended: robust, so the next one has it, and sleeps with it
 */
#include "hang.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>

struct table {
	pthread_barrier_t both;
	pthread_mutex_t lock[2];
	int timed;
};

static void take(struct table *table, int which)
{
	/* On the stack, as it is in most programs, and not only in a register. */
	pthread_mutex_t *volatile lock = &table->lock[which];
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 1000;
	if (table->timed)
		pthread_mutex_timedlock(lock, &end);
	else
		pthread_mutex_lock(lock);
}

static void take_in_order(struct table *table, int first)
{
	take(table, first);
	pthread_barrier_wait(&table->both);
	/* A waiter for an inheriting mutex must be there before the ring can be closed. */
	if (first)
		usleep(100000);
	take(table, !first);
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

static void *run_twice(void *argument)
{
	struct table *table = argument;

	take(table, 0);
	take(table, 0);
	return NULL;
}

static void *run_and_end(void *argument)
{
	take(argument, 0);
	return NULL;
}

static void take_and_be_killed(void *argument)
{
	take(argument, 0);
	kill(getpid(), SIGKILL);
}

static void take_one(void *argument)
{
	take(argument, 0);
}

static void *run_and_sleep(void *argument)
{
	struct table *table = argument;

	take(table, 0);
	pthread_barrier_wait(&table->both);
	sleep_for_ever();
	return NULL;
}

static void *run_and_recover(void *argument)
{
	struct table *table = argument;

	if (pthread_mutex_lock(&table->lock[0]))
		pthread_mutex_consistent(&table->lock[0]);
	pthread_barrier_wait(&table->both);
	sleep_for_ever();
	return NULL;
}

static void attributes_of(pthread_mutexattr_t *attributes, const char *type)
{
	static const struct {
		const char *name;
		int type, protocol, robust;
	} types[] = {
		{ "normal", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, 0 },
		{ "recursive", PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE, 0 },
		{ "errorcheck", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, 0 },
		{ "adaptive", PTHREAD_MUTEX_ADAPTIVE_NP, PTHREAD_PRIO_NONE, 0 },
		{ "protect", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_PROTECT, 0 },
		{ "inherit", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT, 0 },
		{ "robust", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, 1 },
		{ "robust-inherit", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT, 1 },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (strcmp(types[i].name, type))
			continue;
		pthread_mutexattr_settype(attributes, types[i].type);
		pthread_mutexattr_setprotocol(attributes, types[i].protocol);
		if (types[i].robust)
			pthread_mutexattr_setrobust(attributes, PTHREAD_MUTEX_ROBUST);
		return;
	}
	fprintf(stderr, "no type %s\n", type);
	exit(1);
}

static struct table *table_new(const char *type, int shared)
{
	struct table *table = shared ? shared_memory(sizeof(*table)) : calloc(1, sizeof(*table));
	pthread_mutexattr_t attributes;

	meeting_init(&table->both, 2, shared);
	pthread_mutexattr_init(&attributes);
	attributes_of(&attributes, type);
	pthread_mutexattr_setpshared(&attributes, shared);
	pthread_mutex_init(&table->lock[0], &attributes);
	pthread_mutex_init(&table->lock[1], &attributes);
	return table;
}

static void two_threads(struct table *table)
{
	pthread_t one, two;
	pid_t a = thread_new(&one, run_forward, table), b = thread_new(&two, run_backward, table);

	ready("main", getpid(), "a", a, "b", b, NULL);
	pthread_join(one, NULL);
}

static void two_processes(struct table *table)
{
	pid_t a = child_new(take_forward, table), b = child_new(take_backward, table);

	ready("main", getpid(), "a", a, "b", b, NULL);
	waitpid(a, NULL, 0);
}

static void one_thread(struct table *table, void *(*run)(void *))
{
	pthread_t thread;
	pid_t a = thread_new(&thread, run, table);

	ready("main", getpid(), "a", a, NULL);
	pthread_join(thread, NULL);
}

static void after_the_owner(struct table *table, void *(*run)(void *))
{
	pthread_t owner;

	thread_new(&owner, run_and_end, table);
	pthread_join(owner, NULL);
	one_thread(table, run);
}

static void after_the_killed(struct table *table)
{
	waitpid(child_new(take_and_be_killed, table), NULL, 0);

	pid_t a = child_new(take_one, table);

	ready("main", getpid(), "a", a, NULL);
	waitpid(a, NULL, 0);
}

/* The owner goes on sleeping; in a child nobody does so with the mutex. */
static void beside_the_owner(struct table *table, int in_child)
{
	pthread_t owner;
	pid_t holder = thread_new(&owner, run_and_sleep, table);

	pthread_barrier_wait(&table->both);
	if (!in_child)
		return one_thread(table, run_and_end);

	pid_t a = child_new(take_one, table);

	ready("main", getpid(), "holder", holder, "a", a, NULL);
	waitpid(a, NULL, 0);
}

static void beside_the_heir(struct table *table)
{
	pthread_t owner, heir;

	thread_new(&owner, run_and_end, table);
	pthread_join(owner, NULL);
	thread_new(&heir, run_and_recover, table);
	pthread_barrier_wait(&table->both);
	one_thread(table, run_and_end);
}

int main(int argc, char **argv)
{
	const char *type = argc > 1 ? argv[1] : "normal", *scene = argc > 2 ? argv[2] : "abba";
	int shared = !strcmp(scene, "shared") || !strcmp(scene, "killed");
	struct table *table = table_new(type, shared);
	struct sched_param lowest = { .sched_priority = 1 };

	go();
	/* Priorities can only be protected where there are some. */
	if (!strcmp(type, "protect"))
		must(sched_setscheduler(0, SCHED_FIFO, &lowest));
	table->timed = !strcmp(scene, "timed");
	if (!strcmp(scene, "abba") || table->timed)
		two_threads(table);
	else if (!strcmp(scene, "shared"))
		two_processes(table);
	else if (!strcmp(scene, "twice"))
		one_thread(table, run_twice);
	else if (!strcmp(scene, "ended"))
		after_the_owner(table, run_and_end);
	else if (!strcmp(scene, "killed"))
		after_the_killed(table);
	else if (!strcmp(scene, "recover"))
		beside_the_heir(table);
	else
		beside_the_owner(table, !strcmp(scene, "fork"));
	return 0;
}
