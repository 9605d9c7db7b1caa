/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A child of fork() needs a mutex that another thread held at that moment: in
 * the child nobody will ever release it, although the thread lives on.
 */
#include "hang.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t taken;

static void *hold(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&lock);
	pthread_barrier_wait(&taken);
	sleep_for_ever();
	return NULL;
}

static void take(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&lock); /* here it hangs */
}

int main(void)
{
	pthread_t holder;

	go();
	meeting_init(&taken, 2, PTHREAD_PROCESS_PRIVATE);
	pid_t tid_holder = thread_new(&holder, hold, NULL);
	pthread_barrier_wait(&taken);
	pid_t child = child_new(take, NULL);
	ready("main", getpid(), "holder", tid_holder, "a", child, NULL);
	waitpid(child, NULL, 0);
	return 0;
}
