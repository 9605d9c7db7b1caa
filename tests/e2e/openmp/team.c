/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A team of libgomp. "barrier": the second thread of two waits at a barrier, which the first does
 * not reach, because it takes a lock twice. "lock": both take two locks in opposite order. The near
 * miss "slow": the first comes late.
 */
#include <omp.h>
#include <string.h>

#include "hang.h"

static omp_lock_t locks[2];
static pid_t tids[2];
static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;

static void tell(int thread)
{
	tids[thread] = gettid();
#pragma omp barrier
	if (thread == 0)
		ready("main", tids[0], "a", tids[1], NULL);
}

static void never_come(int thread)
{
	if (thread == 0) {
		pthread_mutex_lock(&own);
		pthread_mutex_lock(&own); /* here it hangs */
	}
#pragma omp barrier
}

static void come_late(int thread)
{
	while (thread == 0)
		usleep(50000);
#pragma omp barrier
}

static void take_both(int thread)
{
	omp_set_lock(&locks[thread]);
#pragma omp barrier
	omp_set_lock(&locks[1 - thread]); /* here it hangs */
}

int main(int argc, char **argv)
{
	const char *scene = argc > 1 ? argv[1] : "barrier";

	omp_init_lock(&locks[0]);
	omp_init_lock(&locks[1]);
	go();
#pragma omp parallel num_threads(2)
	{
		int thread = omp_get_thread_num();

		tell(thread);
		if (!strcmp(scene, "barrier"))
			never_come(thread);
		else if (!strcmp(scene, "slow"))
			come_late(thread);
		else
			take_both(thread);
	}
	return 0;
}
