/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crowd SHAPE COUNT: so many threads or processes that are blocked, in one of
 * several shapes. Says how many there are once all are on their way to sleep, and
 * stays until it is killed or its parent ends.
 *
 * lock      all threads want one mutex, whose holder goes on
 * chains    of three threads one holds a mutex and wants the next, two want it
 *           as well; after CHAIN mutexes the last holder goes on
 * rings     the same, but the last holder wants the first mutex of its chain
 * ring      the same, but all mutexes are one ring
 * processes all want one semaphore, which a process that goes on may post
 */
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define CHAIN	   100
#define PER_MUTEX  3
#define STACK_SIZE 16384

struct crowd {
	long mutexes;
	long chain; /* mutexes in each chain or ring */
	int closed; /* chains are rings */
	pthread_mutex_t *mutex;
	sem_t taken; /* posted by each holder that has its own */
	sem_t go;    /* posted once for each */
};

struct member {
	struct crowd *crowd;
	long index;
};

static void go_on(void)
{
	for (;;)
		sleep(1);
}

static void hold_and_want(struct crowd *crowd, long own)
{
	long first = own - own % crowd->chain, next = own + 1;

	pthread_mutex_lock(&crowd->mutex[own]);
	sem_post(&crowd->taken);
	sem_wait(&crowd->go);
	if (next == first + crowd->chain || next == crowd->mutexes)
		next = crowd->closed ? first : -1;
	if (next < 0)
		go_on();
	pthread_mutex_lock(&crowd->mutex[next]);
}

static void *member_main(void *argument)
{
	struct member *member = argument;
	struct crowd *crowd = member->crowd;

	if (member->index < crowd->mutexes)
		hold_and_want(crowd, member->index);
	else
		pthread_mutex_lock(&crowd->mutex[member->index % crowd->mutexes]);
	return NULL;
}

/* The threads [from, to); returns up to where they could be had. */
static long start_threads(struct crowd *crowd, struct member *members, long from, long to)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	pthread_attr_setguardsize(&attributes, 0);
	for (; from < to; from++) {
		members[from] = (struct member){ crowd, from };
		if (pthread_create(&thread, &attributes, member_main, &members[from]))
			break;
	}
	return from;
}

static long crowd_threads(struct crowd *crowd, long count)
{
	struct member *members = calloc((size_t)count, sizeof(*members));

	crowd->mutex = calloc((size_t)crowd->mutexes, sizeof(*crowd->mutex));
	if (!members || !crowd->mutex)
		return 0;
	sem_init(&crowd->taken, 0, 0);
	sem_init(&crowd->go, 0, 0);

	long there = start_threads(crowd, members, 0, crowd->mutexes);

	for (long i = 0; i < there; i++)
		sem_wait(&crowd->taken);
	if (there == crowd->mutexes)
		there = start_threads(crowd, members, there, count);
	for (long i = 0; i < crowd->mutexes && i < there; i++)
		sem_post(&crowd->go);
	return there;
}

/* Each ends with its parent. */
static long crowd_processes(long count)
{
	sem_t *turn = mmap(NULL, sizeof(*turn), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			   -1, 0);
	long there = 0;

	if (turn == MAP_FAILED || sem_init(turn, 1, 0))
		return 0;
	for (; there < count; there++) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			sem_wait(turn);
			_exit(0);
		}
	}
	return there;
}

static const struct shape {
	const char *name;
	int closed;
	long chain; /* 0: one mutex for all, -1: all mutexes in one */
} shapes[] = {
	{ "lock", 0, 0 },
	{ "chains", 0, CHAIN },
	{ "rings", 1, CHAIN },
	{ "ring", 1, -1 },
};

static long crowd_start(const char *name, long count)
{
	static struct crowd crowd;

	if (!strcmp(name, "processes"))
		return crowd_processes(count);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		if (strcmp(shapes[i].name, name))
			continue;
		crowd.closed = shapes[i].closed;
		crowd.mutexes = shapes[i].chain ? count / PER_MUTEX : 1;
		crowd.chain = shapes[i].chain > 0 ? shapes[i].chain : crowd.mutexes;
		return crowd_threads(&crowd, count);
	}
	return -1;
}

int main(int argc, char **argv)
{
	long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);

	long there = count >= PER_MUTEX ? crowd_start(argv[1], count) : -1;

	if (there < 0) {
		fprintf(stderr, "usage: crowd lock|chains|rings|ring|processes COUNT\n");
		return 2;
	}
	printf("%ld\n", there);
	fflush(stdout);
	go_on();
}
