/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the C programs of the end-to-end tests share. Each waits for the line
 * on standard input that starts it, says in one line of JSON who is who, and
 * then hangs (or, a near miss, only looks as if it did).
 */
#ifndef DLTRACE_TESTS_HANG_H
#define DLTRACE_TESTS_HANG_H

#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* A call that cannot fail unless the test itself is broken. */
#define must(call)                                     \
	({                                             \
		__typeof__(call) must_result = (call); \
		if ((long)must_result == -1) {         \
			perror(#call);                 \
			exit(1);                       \
		}                                      \
		must_result;                           \
	})

static inline void go(void)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n')
		;
}

/* Roles as pairs of name and pid_t, ended by NULL. */
static inline void ready(const char *role, ...)
{
	const char *comma = "";
	va_list roles;

	va_start(roles, role);
	fputs("{\"ready\": true, \"roles\": {", stdout);
	for (; role; role = va_arg(roles, const char *)) {
		printf("%s\"%s\": %d", comma, role, va_arg(roles, pid_t));
		comma = ", ";
	}
	puts("}}");
	fflush(stdout);
	va_end(roles);
}

/*
 * Returns once the task sleeps in that system call, with that first argument unless it is NULL: to
 * let it come first, where a mere sleep would only hope so.
 */
static inline void await_call(pid_t tid, long call, const void *argument)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/syscall", tid);
	for (;;) {
		FILE *file = fopen(path, "r");
		unsigned long first;
		long number;
		int fields = 0;

		if (!file)
			must(-1); /* it has ended */
		fields = fscanf(file, "%ld %lx", &number, &first);
		fclose(file);
		if (fields == 2 && number == call &&
		    (!argument || first == (unsigned long)argument))
			return;
		usleep(1000);
	}
}

/* Memory that children share; zero at first. */
static inline void *shared_memory(size_t size)
{
	return must(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
}

static inline void sleep_for_ever(void)
{
	for (;;)
		sleep(1000);
}

struct thread_start {
	void *(*run)(void *);
	void *argument;
	pid_t tid;
	sem_t started;
};

static void *thread_run(void *argument)
{
	struct thread_start *start = (struct thread_start *)argument;
	void *(*run)(void *) = start->run;
	void *run_argument = start->argument;

	start->tid = gettid();
	sem_post(&start->started);
	return run(run_argument);
}

/* Starts a thread and returns its tid. */
static inline pid_t thread_new(pthread_t *ret_thread, void *(*run)(void *), void *argument)
{
	/* Not freed: the thread may still be inside sem_post. */
	struct thread_start *start = (struct thread_start *)calloc(1, sizeof(*start));

	start->run = run;
	start->argument = argument;
	sem_init(&start->started, 0, 0);
	if (pthread_create(ret_thread, NULL, thread_run, start))
		exit(1);
	sem_wait(&start->started);
	return start->tid;
}

/* In the child: calls run and ends. In the parent: returns the child's pid. */
static inline pid_t child_new(void (*run)(void *), void *argument)
{
	pid_t pid = must(fork());

	if (pid == 0) {
		run(argument);
		_exit(0);
	}
	return pid;
}

/* Two or more processes or threads meet here; count them at init. */
static inline void meeting_init(pthread_barrier_t *meeting, unsigned int count, int shared)
{
	pthread_barrierattr_t attributes;

	pthread_barrierattr_init(&attributes);
	pthread_barrierattr_setpshared(&attributes, shared);
	pthread_barrier_init(meeting, &attributes, count);
}

#endif /* DLTRACE_TESTS_HANG_H */
