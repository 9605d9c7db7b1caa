/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is done while a tracer looks on: work NAME COUNT does it COUNT times and
 * prints what that took, as CPU and wall time in seconds. work hang 1 is no
 * work: two threads take two mutexes in opposite order; it prints the time
 * (CLOCK_MONOTONIC, seconds) and hangs until it is killed or its parent ends.
 */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAX_THREADS 64
#define HELD_TURNS  400 /* around a microsecond with the mutex, and as long without */
#define YIELD_EVERY 16

struct run {
	const struct work *work;
	long count;
	pthread_mutex_t lock[2];
	pthread_barrier_t start;
	sem_t turn[2];
};

struct thread {
	struct run *run;
	size_t index;
	pthread_t id;
};

/* A work runs in one thread or several; each is given its index. */
struct work {
	const char *name;
	size_t threads;
	void (*body)(struct run *run, size_t index);
};

static double clock_s(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void work_getppid(struct run *run, size_t index)
{
	(void)index;
	for (long i = 0; i < run->count; i++)
		syscall(SYS_getppid);
}

static void work_futex_wake(struct run *run, size_t index)
{
	uint32_t word = 0;

	(void)index;
	for (long i = 0; i < run->count; i++)
		syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void work_futex_again(struct run *run, size_t index)
{
	uint32_t word = 0;

	(void)index;
	for (long i = 0; i < run->count; i++)
		syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0);
}

static void work_ping_pong(struct run *run, size_t index)
{
	for (long i = 0; i < run->count; i++) {
		while (sem_wait(&run->turn[index]) && errno == EINTR)
			;
		sem_post(&run->turn[!index]);
	}
}

static void spend(int turns)
{
	for (volatile int i = 0; i < turns; i++)
		;
}

/* A holder that lets others run now and then makes them wait, on one CPU too and every time alike.
 */
static void work_mutex(struct run *run, size_t index)
{
	(void)index;
	for (long i = 0; i < run->count / (long)run->work->threads; i++) {
		pthread_mutex_lock(&run->lock[0]);
		spend(HELD_TURNS);
		if (i % YIELD_EVERY == 0)
			sched_yield();
		pthread_mutex_unlock(&run->lock[0]);
		spend(HELD_TURNS);
	}
}

static void work_hang(struct run *run, size_t index)
{
	pthread_mutex_lock(&run->lock[index]);
	if (pthread_barrier_wait(&run->start) == PTHREAD_BARRIER_SERIAL_THREAD) {
		printf("%.6f\n", clock_s(CLOCK_MONOTONIC));
		fflush(stdout);
	}
	pthread_mutex_lock(&run->lock[!index]);
}

static const struct work works[] = {
	{ "getppid", 1, work_getppid },
	{ "futex-wake", 1, work_futex_wake },
	{ "futex-again", 1, work_futex_again },
	{ "ping-pong", 2, work_ping_pong },
	{ "mutex-4", 4, work_mutex },
	{ "mutex-64", 64, work_mutex },
	{ "hang", 2, work_hang },
};

static const struct work *work_find(const char *name)
{
	for (size_t i = 0; i < sizeof(works) / sizeof(*works); i++)
		if (!strcmp(works[i].name, name))
			return &works[i];
	return NULL;
}

static void *thread_main(void *argument)
{
	struct thread *thread = argument;

	thread->run->work->body(thread->run, thread->index);
	return NULL;
}

static int run_do(struct run *run)
{
	struct thread threads[MAX_THREADS];
	size_t started = 0;
	int error = 0;

	if (run->work->threads == 1) {
		run->work->body(run, 0);
		return 0;
	}
	for (; started < run->work->threads && !error; started += !error) {
		threads[started] = (struct thread){ .run = run, .index = started };
		error = pthread_create(&threads[started].id, NULL, thread_main, &threads[started]);
	}
	if (error)
		return -error;
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i].id, NULL);
	return 0;
}

int main(int argc, char **argv)
{
	struct run run = { .lock = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER } };

	run.work = argc == 3 ? work_find(argv[1]) : NULL;
	run.count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	if (!run.work || run.count <= 0) {
		fprintf(stderr, "usage: work NAME COUNT\n");
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pthread_barrier_init(&run.start, NULL, 2);
	sem_init(&run.turn[0], 0, 1);
	sem_init(&run.turn[1], 0, 0);

	double cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID), wall_s = clock_s(CLOCK_MONOTONIC);
	int error = run_do(&run);

	if (error) {
		fprintf(stderr, "work: %s\n", strerror(-error));
		return 1;
	}
	printf("%.6f %.6f\n", clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_s,
	       clock_s(CLOCK_MONOTONIC) - wall_s);
	return 0;
}
