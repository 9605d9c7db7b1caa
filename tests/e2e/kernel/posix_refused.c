/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two processes lock two files by F_SETLKW in opposite order. The kernel refuses
 * the second one (EDEADLK), who keeps his lock and waits for the first one to
 * write ("pipe"), or, as its parent, to end ("child"). Near misses: "polite"
 * closes his file first, and "helped" has a third process that may write.
 */
#include "hang.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>

static pthread_barrier_t *both;
static char paths[2][64];
static int ends[2], files[2];

static int take(int file)
{
	struct flock lock = { .l_type = F_WRLCK, .l_start = file, .l_len = 1 };

	if (!files[file])
		files[file] = must(open(paths[file], O_RDWR));
	return fcntl(files[file], F_SETLKW, &lock);
}

static void first(void *unused)
{
	(void)unused;
	must(take(0));
	pthread_barrier_wait(both);
	must(take(1));
	sleep_for_ever();
}

static void helper(void *unused)
{
	(void)unused;
	sleep_for_ever();
}

static void second(const char *how, pid_t a)
{
	char byte;

	must(take(1));
	pthread_barrier_wait(both);
	await_call(a, SYS_fcntl, NULL);
	if (!take(0) || errno != EDEADLK)
		exit(1);
	if (!strcmp(how, "helped"))
		child_new(helper, NULL);
	if (!strcmp(how, "polite"))
		close(files[1]);
	close(ends[1]);
	ready("main", getpid(), "a", a, NULL);
	if (!strcmp(how, "child"))
		waitpid(a, NULL, 0);
	else
		must(read(ends[0], &byte, 1));
}

int main(int argc, char **argv)
{
	go();
	for (int i = 0; i < 2; i++) {
		snprintf(paths[i], sizeof(paths[i]), "refused-%d-%d", getpid(), i);
		close(must(open(paths[i], O_CREAT | O_RDWR, 0600)));
	}
	must(pipe(ends));
	both = shared_memory(sizeof(*both));
	meeting_init(both, 2, 1);
	second(argc > 1 ? argv[1] : "pipe", child_new(first, NULL));
	return 0;
}
