/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * a moves what comes through a pipe on to a socket, by splice(), which keeps the pipe's mutex
 * until the socket has room. It has none. b writes into the pipe, and so sleeps for the mutex.
 *
 * ring: b alone would read the socket. three: c would, but first wants a lock that b holds.
 * third: the program, which sleeps, may read it too. timed: a gives up after a while.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "hang.h"

static int feed[2], out[2]; /* a pipe, and the socket: a has out[0] */
static const char *how;
static struct {
	pthread_mutex_t mutex;
	pthread_barrier_t held;
} * shared;

static void socket_fill(void)
{
	char bytes[512] = { 0 };

	while (send(out[0], bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
}

static void mover(void *argument)
{
	struct timeval hour = { .tv_sec = 3600 };

	(void)argument;
	close(feed[1]);
	close(out[1]);
	if (!strcmp(how, "timed"))
		must(setsockopt(out[0], SOL_SOCKET, SO_SNDTIMEO, &hour, sizeof(hour)));
	socket_fill();
	splice(feed[0], NULL, out[0], NULL, 4096, 0);
}

static void writer(void *argument)
{
	pid_t *a = argument;

	close(feed[0]);
	close(out[0]);
	if (!strcmp(how, "three")) {
		close(out[1]);
		pthread_mutex_lock(&shared->mutex);
		pthread_barrier_wait(&shared->held);
	}
	await_call(*a, SYS_splice, NULL); /* with the mutex */
	must(write(feed[1], "", 1));
	pthread_mutex_unlock(&shared->mutex);
}

static void reader(void *argument)
{
	(void)argument;
	close(feed[0]);
	close(feed[1]);
	close(out[0]);
	pthread_barrier_wait(&shared->held);
	pthread_mutex_lock(&shared->mutex);
}

int main(int argc, char **argv)
{
	pthread_mutexattr_t attributes;
	pid_t c = 0;

	how = argc > 1 ? argv[1] : "ring";
	go();
	shared = shared_memory(sizeof(*shared));
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->mutex, &attributes);
	meeting_init(&shared->held, 2, 1);
	must(pipe(feed));
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, out));
	must(write(feed[1], "data", 4));

	pid_t a = child_new(mover, NULL);
	pid_t b = child_new(writer, &a);

	if (!strcmp(how, "three"))
		c = child_new(reader, NULL);
	close(feed[0]);
	close(feed[1]);
	close(out[0]);
	if (!strcmp(how, "third")) {
		ready("a", a, "b", b, "main", getpid(), NULL);
		sleep_for_ever();
	}
	close(out[1]);
	if (c)
		ready("a", a, "b", b, "c", c, "main", getpid(), NULL);
	else
		ready("a", a, "b", b, "main", getpid(), NULL);
	waitpid(a, NULL, 0);
	return 0;
}
