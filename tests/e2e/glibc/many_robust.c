/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread ends with 3000 robust mutexes. The kernel gives the 2048 taken last
 * to whoever wants them next (ROBUST_LIST_LIMIT, include/uapi/linux/futex.h) and
 * forgets the others.
 *
 *   first  main waits for one that was forgotten
 *   last   near miss: main gets one that was given on, and sleeps
 */
#include "hang.h"

#include <string.h>

#define COUNT 3000

static pthread_mutex_t lock[COUNT];

static void *take_all(void *argument)
{
	for (size_t i = 0; i < COUNT; i++)
		pthread_mutex_lock(&lock[i]);
	return argument;
}

int main(int argc, char **argv)
{
	int last = argc > 1 && !strcmp(argv[1], "last");
	pthread_mutexattr_t attributes;
	pthread_t thread;

	go();
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	for (size_t i = 0; i < COUNT; i++)
		pthread_mutex_init(&lock[i], &attributes);
	thread_new(&thread, take_all, NULL);
	pthread_join(thread, NULL);
	ready("main", getpid(), NULL);
	pthread_mutex_lock(&lock[last ? COUNT - 1 : 0]); /* here it hangs */
	sleep_for_ever();
	return 0;
}
