/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ring of three kinds: thread a waits for a mutex that thread b holds, b
 * waits for a child to end, the child reads from a pipe that only this process
 * could write to. Main joins a.
 */
#include "hang.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t taken;
static pid_t child;

static void read_order(void *argument)
{
	int *ends = argument;
	char byte;

	close(ends[1]);
	must(read(ends[0], &byte, 1)); /* here it hangs */
}

static void *wait_for_child(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&lock);
	pthread_barrier_wait(&taken);
	waitpid(child, NULL, 0); /* here it hangs */
	return NULL;
}

static void *wait_for_lock(void *argument)
{
	(void)argument;
	pthread_barrier_wait(&taken);
	pthread_mutex_lock(&lock); /* here it hangs */
	return NULL;
}

int main(void)
{
	pthread_t a, b;
	int ends[2];

	go();
	must(pipe(ends));
	meeting_init(&taken, 2, PTHREAD_PROCESS_PRIVATE);
	child = child_new(read_order, ends);
	close(ends[0]);
	pid_t tid_b = thread_new(&b, wait_for_child, NULL);
	pid_t tid_a = thread_new(&a, wait_for_lock, NULL);
	ready("main", getpid(), "a", tid_a, "b", tid_b, "child", child, NULL);
	pthread_join(a, NULL); /* here it hangs */
	return 0;
}
