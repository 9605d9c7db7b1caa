/* SPDX-License-Identifier: BSD-2-Clause */
/* Main joins a thread that waits for main's mutex. */
#include "hang.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *take(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&lock); /* here it hangs */
	return NULL;
}

int main(void)
{
	pthread_t a;

	go();
	pthread_mutex_lock(&lock);
	pid_t tid_a = thread_new(&a, take, NULL);
	ready("main", getpid(), "a", tid_a, NULL);
	pthread_join(a, NULL); /* here it hangs */
	return 0;
}
