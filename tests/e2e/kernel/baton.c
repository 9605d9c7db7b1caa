/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Main waits for a semaphore. The one who will post it is never the same for long: each starts the
 * next one and ends, so that whoever reads all tasks one by one may find none of them. With
 * "processes" each is a process of its own. Near misses.
 */
#include <signal.h>
#include <string.h>

#include "hang.h"

#define STEP_US 1000

static sem_t *posted;
static pid_t main_pid;
static pthread_attr_t detached;

/* Until main is killed, it never hands the semaphore over. */
static void step(void)
{
	usleep(STEP_US);
	if (kill(main_pid, 0))
		_exit(0);
}

static void *thread_step(void *argument)
{
	pthread_t next;

	step();
	while (pthread_create(&next, &detached, thread_step, argument))
		step();
	return argument;
}

static void processes_step(void)
{
	pid_t next;

	do {
		step();
		next = fork();
	} while (next <= 0);
	_exit(0);
}

int main(int argc, char **argv)
{
	go();
	main_pid = getpid();
	posted = shared_memory(sizeof(*posted));
	sem_init(posted, 1, 0);
	if (argc > 1 && !strcmp(argv[1], "processes")) {
		if (!must(fork()))
			processes_step();
	} else {
		pthread_attr_init(&detached);
		pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
		thread_step(NULL);
	}
	ready("main", main_pid, NULL);
	sem_wait(posted); /* here it waits */
	return 0;
}
