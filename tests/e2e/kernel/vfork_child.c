/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A parent is in vfork() while its child waits for it: for a pipe that only the
 * parent would write to ("pipe"), for a mutex that it holds ("mutex"), or for a
 * file lock that it has ("lock"). Near misses: "exec" (the child runs another
 * program that waits), "thread" (another thread of the parent holds the pipe).
 */
#include "hang.h"

#include <fcntl.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int ends[2], file;
static struct flock whole = { .l_type = F_WRLCK };

static void wait_for_parent(const char *how)
{
	char byte;

	if (!strcmp(how, "mutex"))
		pthread_mutex_lock(&mutex);
	if (!strcmp(how, "lock"))
		fcntl(file, F_SETLKW, &whole);
	close(ends[1]);
	read(ends[0], &byte, 1);
}

static void *doze(void *unused)
{
	sleep_for_ever();
	return unused;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "pipe";
	pthread_t thread;
	char path[64];

	go();
	must(pipe(ends));
	snprintf(path, sizeof(path), "vfork-%d", getpid());
	file = must(open(path, O_CREAT | O_RDWR, 0600));
	pthread_mutex_lock(&mutex);
	must(fcntl(file, F_SETLK, &whole));
	if (!strcmp(how, "thread"))
		thread_new(&thread, doze, NULL);

	pid_t parent = getpid();

	if (!vfork()) {
		ready("main", parent, "a", getpid(), NULL);
		if (!strcmp(how, "exec"))
			execl("/bin/sleep", "sleep", "1000", NULL);
		wait_for_parent(how);
		_exit(0);
	}
	sleep_for_ever();
}
