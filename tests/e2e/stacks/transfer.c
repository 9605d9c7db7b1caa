/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two threads move money between two accounts and lock them in opposite order,
 * as a bank does it: through a function that the compiler may or may not inline,
 * on locks that are static, or members of an array of accounts.
 * The argument says which: static, array.
 */
#include "hang.h"

#include <string.h>

struct account {
	long balance;
	pthread_mutex_t lock;
};

static struct account accounts[4];
static pthread_mutex_t from_lock = PTHREAD_MUTEX_INITIALIZER, to_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both;
static int use_array;

static inline void lock_second(pthread_mutex_t *second)
{
	pthread_mutex_lock(second); /* here it hangs */
	accounts[0].balance++;
}

__attribute__((noinline)) static void transfer(pthread_mutex_t *first, pthread_mutex_t *second)
{
	pthread_mutex_lock(first);
	pthread_barrier_wait(&both);
	lock_second(second); /* through this */
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
}

static void *work(void *argument)
{
	int forwards = argument != NULL;
	pthread_mutex_t *one = use_array ? &accounts[1].lock : &from_lock;
	pthread_mutex_t *two = use_array ? &accounts[3].lock : &to_lock;

	transfer(forwards ? one : two, forwards ? two : one);
	return argument;
}

int main(int argc, char **argv)
{
	pthread_t a, b;

	go();
	use_array = argc > 1 && !strcmp(argv[1], "array");
	for (size_t i = 0; i < sizeof(accounts) / sizeof(*accounts); i++)
		pthread_mutex_init(&accounts[i].lock, NULL);
	meeting_init(&both, 2, PTHREAD_PROCESS_PRIVATE);

	pid_t tid_a = thread_new(&a, work, &a);
	pid_t tid_b = thread_new(&b, work, NULL);

	ready("main", getpid(), "a", tid_a, "b", tid_b, NULL);
	pthread_join(a, NULL);
	return 0;
}
