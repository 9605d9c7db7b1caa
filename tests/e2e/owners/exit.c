/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whoever holds a mutex that processes share ends while a child, a, waits for it:
 * exit TYPE WHO END [later]. The parent waits for a.
 *
 * TYPE   normal, robust, inherit
 * WHO    process, or thread: one of a process that goes on
 * END    a signal's number, or code for exit(3); of a thread: that it returns, whatever is said
 *        reaped: as 9, and the parent has waited for it
 *        left: as 9, and a gives the robust mutex back without having made it consistent, so
 *        that nobody gets it any more; a third child, b, waits for it, too
 * later  only at a second line
 */
#include "hang.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

struct table {
	pthread_mutex_t lock;
	sem_t taken, go_on;
	pid_t owner;
	int leave;
};

static int by_thread;

static void hold(struct table *table)
{
	pthread_mutex_lock(&table->lock);
	table->owner = gettid();
	sem_post(&table->taken);
	while (sem_wait(&table->go_on))
		;
}

static void *hold_and_return(void *table)
{
	hold(table);
	return NULL;
}

static void be_the_owner(void *argument)
{
	struct table *table = argument;
	pthread_t thread;

	if (by_thread) {
		thread_new(&thread, hold_and_return, table);
		sleep_for_ever();
	}
	hold(table);
	_exit(3);
}

static void want(void *argument)
{
	struct table *table = argument;

	if (pthread_mutex_lock(&table->lock) == EOWNERDEAD) {
		if (table->leave)
			pthread_mutex_unlock(&table->lock);
		else
			pthread_mutex_consistent(&table->lock);
	}
	sleep_for_ever();
}

static void mutex_init(pthread_mutex_t *mutex, const char *type)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	if (!strcmp(type, "robust"))
		pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	if (!strcmp(type, "inherit"))
		pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(mutex, &attributes);
}

static void end_owner(struct table *table, pid_t process, const char *how)
{
	int number = !strcmp(how, "left") || !strcmp(how, "reaped") ? SIGKILL : atoi(how);

	if (by_thread || !strcmp(how, "code"))
		sem_post(&table->go_on);
	else
		must(kill(process, number));
	if (!strcmp(how, "reaped"))
		waitpid(process, NULL, 0);
}

int main(int argc, char **argv)
{
	struct table *table = shared_memory(sizeof(*table));
	const struct rlimit no_core = { 0 };
	const char *how = argc > 3 ? argv[3] : "9";
	int inherit = argc > 1 && !strcmp(argv[1], "inherit");
	int later = argc > 4;
	pid_t b = 0;

	by_thread = argc > 2 && !strcmp(argv[2], "thread");
	table->leave = !strcmp(how, "left");
	setrlimit(RLIMIT_CORE, &no_core);
	go();
	mutex_init(&table->lock, argc > 1 ? argv[1] : "normal");
	sem_init(&table->taken, 1, 0);
	sem_init(&table->go_on, 1, 0);
	pid_t process = child_new(be_the_owner, table);
	sem_wait(&table->taken);
	pid_t owner = table->owner;
	pid_t a = child_new(want, table);
	if (table->leave)
		b = child_new(want, table);
	await_call(a, SYS_futex, NULL);
	if (b)
		await_call(b, SYS_futex, NULL);
	if (!later)
		end_owner(table, process, how);
	/* of those who are there for good; 0 is nobody */
	ready("main", getpid(), "owner", later ? owner : 0, "a", !inherit || later ? a : 0, "b", b,
	      NULL);
	if (later) {
		go();
		end_owner(table, process, how);
	}
	waitpid(a, NULL, 0);
	/* glibc ends a waiter that the kernel gave what a dead owner had, and that is not robust */
	if (inherit)
		sleep_for_ever();
	return 0;
}
