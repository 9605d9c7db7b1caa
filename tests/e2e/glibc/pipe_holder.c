/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A child reads its orders from a pipe and holds a mutex that its parent needs
 * before it writes them. With "live" a second child could write as well, and
 * sleeps: the near miss.
 */
#include "hang.h"

struct shared {
	pthread_mutex_t lock;
	pthread_barrier_t taken;
	int orders[2];
};

static void read_orders(void *argument)
{
	struct shared *shared = argument;
	char order;

	close(shared->orders[1]);
	pthread_mutex_lock(&shared->lock);
	pthread_barrier_wait(&shared->taken);
	(void)!read(shared->orders[0], &order, 1); /* here it hangs */
}

static void keep_pipe(void *argument)
{
	(void)argument;
	sleep_for_ever();
}

int main(int argc, char **argv)
{
	struct shared *shared = shared_memory(sizeof(*shared));
	pthread_mutexattr_t attributes;

	(void)argv;
	go();
	must(pipe(shared->orders));
	meeting_init(&shared->taken, 2, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->lock, &attributes);

	pid_t a = child_new(read_orders, shared);

	if (argc > 1)
		child_new(keep_pipe, NULL);
	close(shared->orders[0]);
	pthread_barrier_wait(&shared->taken);
	ready("main", getpid(), "a", a, NULL);
	pthread_mutex_lock(&shared->lock); /* here it hangs */
	must(write(shared->orders[1], "", 1));
	return 0;
}
