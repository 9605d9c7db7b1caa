/* SPDX-License-Identifier: BSD-2-Clause */
/* A thread locks a mutex on the heap that it already holds, main joins it. */
#include "hang.h"

static void *lock_twice(void *argument)
{
	pthread_mutex_t *lock = argument;

	pthread_mutex_lock(lock);
	pthread_mutex_lock(lock); /* here it hangs */
	return NULL;
}

int main(void)
{
	pthread_mutex_t *lock = malloc(sizeof(*lock));
	pthread_t a;

	go();
	pthread_mutex_init(lock, NULL);
	pid_t tid_a = thread_new(&a, lock_twice, lock);
	ready("main", getpid(), "a", tid_a, NULL);
	pthread_join(a, NULL);
	return 0;
}
