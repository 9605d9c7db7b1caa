/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C11's threads.h. "mtx": two threads take two mtx_t in opposite order, main joins them. "cnd": two
 * wait for a cnd_t that nobody is left to signal. The near misses: "timed", where the second mutex
 * is only waited for until a time; "live", where main could still signal.
 */
#include <string.h>
#include <threads.h>
#include <time.h>

#include "hang.h"

static mtx_t locks[2];
static mtx_t lock;
static cnd_t work;
static int jobs, timed;
static pthread_barrier_t both;
static sem_t started[2];
static pid_t tids[2];

static int take_both(void *argument)
{
	int own = *(int *)argument;
	struct timespec until;

	tids[own] = gettid();
	mtx_lock(&locks[own]);
	sem_post(&started[own]);
	pthread_barrier_wait(&both);
	if (timed) {
		timespec_get(&until, TIME_UTC);
		until.tv_sec += 1000;
		mtx_timedlock(&locks[1 - own], &until);
	} else {
		mtx_lock(&locks[1 - own]); /* here it hangs */
	}
	return 0;
}

static int wait_for_work(void *argument)
{
	int own = *(int *)argument;

	tids[own] = gettid();
	mtx_lock(&lock);
	sem_post(&started[own]);
	while (!jobs)
		cnd_wait(&work, &lock); /* here it hangs */
	mtx_unlock(&lock);
	return 0;
}

int main(int argc, char **argv)
{
	const char *scene = argc > 1 ? argv[1] : "mtx";
	int own[2] = { 0, 1 };
	thrd_t threads[2];

	timed = !strcmp(scene, "timed");
	mtx_init(&lock, mtx_plain);
	cnd_init(&work);
	pthread_barrier_init(&both, NULL, 2);
	go();
	for (int i = 0; i < 2; i++) {
		mtx_init(&locks[i], timed ? mtx_timed : mtx_plain);
		sem_init(&started[i], 0, 0);
		thrd_create(&threads[i], timed || !strcmp(scene, "mtx") ? take_both : wait_for_work,
			    &own[i]);
	}
	for (int i = 0; i < 2; i++)
		sem_wait(&started[i]);
	ready("main", getpid(), "a", tids[0], "b", tids[1], NULL);
	while (!strcmp(scene, "live"))
		usleep(50000);
	thrd_join(threads[0], NULL);
	return 0;
}
