/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A barrier of three at which only two arrive: barrier SCENE.
 *
 *   threads    two threads of one process
 *   processes  two children
 *   late       near miss: the third one sleeps before it comes
 */
#include "hang.h"

#include <string.h>

static pthread_barrier_t *barrier;

static void *run_arrive(void *argument)
{
	pthread_barrier_wait(barrier);
	return argument;
}

static void arrive(void *argument)
{
	run_arrive(argument);
}

static void *run_late(void *argument)
{
	sleep(1000);
	return run_arrive(argument);
}

int main(int argc, char **argv)
{
	const char *scene = argc > 1 ? argv[1] : "threads";
	int shared = !strcmp(scene, "processes");
	pthread_t one, two, three;
	pid_t a, b;

	go();
	barrier = shared_memory(sizeof(*barrier));
	meeting_init(barrier, 3, shared);
	if (shared) {
		a = child_new(arrive, NULL);
		b = child_new(arrive, NULL);
		ready("main", getpid(), "a", a, "b", b, NULL);
		waitpid(a, NULL, 0);
		return 0;
	}
	if (!strcmp(scene, "late"))
		thread_new(&three, run_late, NULL);
	a = thread_new(&one, run_arrive, NULL);
	b = thread_new(&two, run_arrive, NULL);
	ready("main", getpid(), "a", a, "b", b, NULL);
	pthread_join(one, NULL);
	return 0;
}
