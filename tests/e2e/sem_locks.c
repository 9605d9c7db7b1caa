/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two semaphores used as locks, taken in opposite order by two threads, beside a
 * third thread that lives on and could post either: nobody knows who holds them,
 * unless the taking was followed.
 */
#include <semaphore.h>

#include "hang.h"

static sem_t first, second;
static pthread_barrier_t both;
static pid_t tid_a, tid_b;

static void *take(sem_t *one, sem_t *other, pid_t *ret_tid)
{
	*ret_tid = gettid();
	sem_wait(one);
	pthread_barrier_wait(&both);
	sem_wait(other);
	return NULL;
}

static void *take_a(void *unused)
{
	(void)unused;
	return take(&first, &second, &tid_a);
}

static void *take_b(void *unused)
{
	(void)unused;
	return take(&second, &first, &tid_b);
}

int main(void)
{
	pthread_t a, b;

	sem_init(&first, 0, 1);
	sem_init(&second, 0, 1);
	pthread_barrier_init(&both, NULL, 3);
	go();
	pthread_create(&a, NULL, take_a, NULL);
	pthread_create(&b, NULL, take_b, NULL);
	pthread_barrier_wait(&both);
	ready("main", getpid(), "a", tid_a, "b", tid_b, NULL);
	sleep_for_ever();
}
