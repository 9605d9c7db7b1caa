/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The locks of FILEs: stdio SCENE.
 *
 *   abba   two threads lock two files in opposite order
 *   exit   main ends and must flush what a thread that joins main has locked
 *   ended  a thread ends with a file locked
 *   slow   near miss: the owner sleeps with it
 */
#include "hang.h"

#include <string.h>

static FILE *files[2];
static pthread_barrier_t both;
static pthread_t main_thread;

static void *run_in_order(void *argument)
{
	int first = argument != NULL;

	flockfile(files[first]);
	pthread_barrier_wait(&both);
	fputc('x', files[!first]);
	return NULL;
}

static void *run_and_end(void *argument)
{
	flockfile(files[0]);
	return argument;
}

static void *run_and_join_main(void *argument)
{
	flockfile(files[0]);
	pthread_barrier_wait(&both);
	pthread_join(main_thread, NULL);
	return argument;
}

static void *run_and_sleep(void *argument)
{
	flockfile(files[0]);
	pthread_barrier_wait(&both);
	sleep_for_ever();
	return argument;
}

static void *run_and_write(void *argument)
{
	fputc('x', files[0]);
	return argument;
}

/* Was there before the owner ended, so that it did not get the owner's block. */
static void *run_and_write_later(void *argument)
{
	pthread_barrier_wait(&both);
	return run_and_write(argument);
}

static void flush(void)
{
	fflush(files[0]);
}

static void join_writer(void)
{
	pthread_t writer;
	pid_t a = thread_new(&writer, run_and_write, NULL);

	ready("main", getpid(), "a", a, NULL);
	pthread_join(writer, NULL);
}

int main(int argc, char **argv)
{
	const char *scene = argc > 1 ? argv[1] : "abba";
	pthread_t one, two;

	go();
	main_thread = pthread_self();
	meeting_init(&both, 2, PTHREAD_PROCESS_PRIVATE);
	for (int i = 0; i < 2; i++)
		files[i] = fopen("/dev/null", "w");
	if (!strcmp(scene, "abba")) {
		pid_t a = thread_new(&one, run_in_order, NULL);
		pid_t b = thread_new(&two, run_in_order, "");

		ready("main", getpid(), "a", a, "b", b, NULL);
		pthread_join(one, NULL);
	} else if (!strcmp(scene, "exit")) {
		atexit(flush);

		pid_t a = thread_new(&one, run_and_join_main, NULL);

		pthread_barrier_wait(&both);
		ready("main", getpid(), "a", a, NULL);
	} else if (!strcmp(scene, "ended")) {
		pid_t a = thread_new(&two, run_and_write_later, NULL);

		thread_new(&one, run_and_end, NULL);
		pthread_join(one, NULL);
		pthread_barrier_wait(&both);
		ready("main", getpid(), "a", a, NULL);
		pthread_join(two, NULL);
	} else {
		thread_new(&one, run_and_sleep, NULL);
		pthread_barrier_wait(&both);
		join_writer();
	}
	return 0;
}
