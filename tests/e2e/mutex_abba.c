/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two threads take two mutexes in opposite order, main joins the first.
 * The argument names what else goes on in the process, which changes nothing:
 * none, spin, sleep, serve (a thread that accepts connections), recursive (the
 * mutexes are), leader (main leaves instead of joining). timed is the near
 * miss: both waits have a timeout.
 */
#include "hang.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

static pthread_mutex_t lock[2] = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER };
static pthread_barrier_t both;
static int timed;

static void *take_both(void *argument)
{
	size_t first = (size_t)argument;

	pthread_mutex_lock(&lock[first]);
	pthread_barrier_wait(&both);
	if (timed) {
		struct timespec end;

		clock_gettime(CLOCK_REALTIME, &end);
		end.tv_sec += 600;
		pthread_mutex_timedlock(&lock[!first], &end);
	} else {
		pthread_mutex_lock(&lock[!first]); /* here it hangs */
	}
	return NULL;
}

static void *spin(void *argument)
{
	volatile unsigned long turns = 0;

	(void)argument;
	setpriority(PRIO_PROCESS, 0, 19);
	for (;;)
		turns++;
	return NULL;
}

static void *sleep_in_a_loop(void *argument)
{
	(void)argument;
	for (;;)
		usleep(50000);
	return NULL;
}

static void *serve(void *argument)
{
	struct sockaddr_in any_port = { .sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = must(socket(AF_INET, SOCK_STREAM, 0));

	(void)argument;
	must(bind(listener, (struct sockaddr *)&any_port, sizeof(any_port)));
	must(listen(listener, 1));
	for (;;)
		close(accept(listener, NULL, NULL));
	return NULL;
}

static void make_recursive(void)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&lock[0], &attributes);
	pthread_mutex_init(&lock[1], &attributes);
}

int main(int argc, char **argv)
{
	const char *besides = argc > 1 ? argv[1] : "none";
	pthread_t a, b, bystander;

	go();
	meeting_init(&both, 2, PTHREAD_PROCESS_PRIVATE);
	timed = !strcmp(besides, "timed");
	if (!strcmp(besides, "recursive"))
		make_recursive();
	pid_t tid_a = thread_new(&a, take_both, (void *)0);
	pid_t tid_b = thread_new(&b, take_both, (void *)1);
	if (!strcmp(besides, "spin"))
		thread_new(&bystander, spin, NULL);
	if (!strcmp(besides, "sleep"))
		thread_new(&bystander, sleep_in_a_loop, NULL);
	if (!strcmp(besides, "serve"))
		thread_new(&bystander, serve, NULL);
	ready("main", getpid(), "a", tid_a, "b", tid_b, NULL);
	if (!strcmp(besides, "leader"))
		pthread_exit(NULL);
	pthread_join(a, NULL);
	return 0;
}
