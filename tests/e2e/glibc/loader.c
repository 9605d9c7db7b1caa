/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's lock. Built twice: as a program, and as the library that it
 * loads, whose constructor joins a thread of the program's. That one loads the
 * library as well; with "slow" it sleeps, and a third thread loads: the near miss.
 */
#include "hang.h"

#include <dlfcn.h>
#include <sys/syscall.h>

#ifdef LIBRARY
__attribute__((constructor)) static void join_loader(void)
{
	pthread_join(strtoul(getenv("JOINED"), NULL, 10), NULL); /* here it hangs */
}
#else
static char library[4096];
static pthread_barrier_t locked;

static void *load(void *argument)
{
	pthread_barrier_wait(&locked);
	await_call(getpid(), SYS_futex, NULL); /* main is in the constructor */
	dlopen(library, RTLD_NOW);	       /* here it hangs */
	return argument;
}

static void *sleep_on(void *argument)
{
	sleep_for_ever();
	return argument;
}

int main(int argc, char **argv)
{
	char joined[32];
	pthread_t thread, other;
	pid_t a;

	(void)argv;
	go();
	snprintf(library, sizeof(library), "%s.so", argv[0]);
	meeting_init(&locked, 2, PTHREAD_PROCESS_PRIVATE);
	a = thread_new(&thread, argc > 1 ? sleep_on : load, NULL);
	if (argc > 1)
		a = thread_new(&other, load, NULL);
	snprintf(joined, sizeof(joined), "%lu", thread);
	setenv("JOINED", joined, 1);
	ready("main", getpid(), "a", a, NULL);
	pthread_barrier_wait(&locked);
	dlopen(library, RTLD_NOW);
	return 0;
}
#endif
