/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that take and pass on musl's normal mutexes as they are told: seats LAYOUT SEAT...
 *
 * LAYOUT: apart (each allocated by itself) or array. SEAT is TOUCHES:HOLDS:THEN: the mutexes that it
 * takes and gives back before, with commas; those that it holds; and what it then does: lN waits
 * for mutex N, s sleeps and works, p waits for a semaphore. All touch first, then take what they
 * hold, and then go on.
 */
#include "hang.h"

#include <string.h>

#define LOCKS 8

static pthread_mutex_t *locks[LOCKS];
static pthread_barrier_t all;
static sem_t never;

/* Deeper frames than those of the waits to come, so that something stays behind. */
static __attribute__((noinline)) int touch(pthread_mutex_t *lock, int depth)
{
	volatile int room[48] = { depth };

	if (depth) {
		room[depth] = touch(lock, depth - 1);
		return room[depth] + room[0];
	}
	pthread_mutex_lock(lock);
	room[1] = 1;
	pthread_mutex_unlock(lock);
	return room[1];
}

static __attribute__((noinline)) void go_on(const char *then)
{
	if (*then == 'l') {
		pthread_mutex_lock(locks[atoi(then + 1)]);
		pthread_mutex_unlock(locks[atoi(then + 1)]);
	}
	if (*then == 'p')
		sem_wait(&never);
	while (*then == 's')
		usleep(50000);
}

static __attribute__((noinline)) void hold(const char *holds, const char *then)
{
	if (*holds == ':') {
		pthread_barrier_wait(&all);
		go_on(then);
		return;
	}

	pthread_mutex_t *lock = locks[atoi(holds)];

	holds += strcspn(holds, ",:");
	holds += *holds == ',';
	pthread_mutex_lock(lock);
	hold(holds, then);
	pthread_mutex_unlock(lock);
}

static void *sit(void *argument)
{
	const char *seat = argument, *holds = strchr(seat, ':') + 1;
	int depth = 0;

	while (*seat != ':') {
		touch(locks[atoi(seat)], depth++ % 4);
		seat += strcspn(seat, ",:");
		seat += *seat == ',';
	}
	pthread_barrier_wait(&all);
	hold(holds, strchr(holds, ':') + 1);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_mutex_t *array = calloc(LOCKS, sizeof(*array));
	pthread_t threads[16];

	for (int i = 0; i < LOCKS; i++) {
		locks[i] = strcmp(argv[1], "array") ? calloc(1, sizeof(**locks)) : &array[i];
		pthread_mutex_init(locks[i], NULL);
	}
	sem_init(&never, 0, 0);
	meeting_init(&all, argc - 2, PTHREAD_PROCESS_PRIVATE);
	go();
	printf("{\"ready\": true, \"roles\": {\"main\": %d", getpid());
	for (int i = 0; i < argc - 2; i++)
		printf(", \"%d\": %d", i, thread_new(&threads[i], sit, argv[i + 2]));
	puts("}}");
	fflush(stdout);
	for (int i = 0; i < argc - 2; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
