/* SPDX-License-Identifier: BSD-2-Clause */
/* A thread ends and still holds a mutex; the next one waits for it, main joins that one. */
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
	pthread_t ended, a;

	go();
	thread_new(&ended, take, NULL);
	pthread_join(ended, NULL);
	pid_t tid_a = thread_new(&a, take, NULL);
	ready("main", getpid(), "a", tid_a, NULL);
	pthread_join(a, NULL);
	return 0;
}
