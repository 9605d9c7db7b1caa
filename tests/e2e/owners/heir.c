/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A near miss: a child of fork() has a mutex that the thread which called fork() had
 * taken, and so the child's first thread has it now, who sleeps; another thread of
 * the child waits for it. The owner's word has the number of the one that called
 * fork().
 *
 * namespace  which is of another namespace, and higher than any in the child's
 * wrapped    which is higher than the child's, since numbers began anew
 */
#include "hang.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int waits[2]; /* a pipe, told by the child */

static void *want(void *unused)
{
	must(write(waits[1], "", 1));
	pthread_mutex_lock(&lock);
	return unused;
}

static void be_the_heir(void *unused)
{
	pthread_t thread;

	(void)unused;
	thread_new(&thread, want, NULL);
	sleep_for_ever();
}

static void fork_with_it(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&lock);
	waitpid(child_new(be_the_heir, NULL), NULL, 0);
}

/* The next process of the namespace will have a higher number. */
static void count_from(const char *number)
{
	int fd = must(open("/proc/sys/kernel/ns_last_pid", O_WRONLY));

	must(write(fd, number, strlen(number)));
	close(fd);
}

static void fork_when_numbers_begin_anew(void *unused)
{
	count_from("10");
	fork_with_it(unused);
}

static void be_the_first(void *unused)
{
	(void)unused;
	count_from("500");
	waitpid(child_new(fork_when_numbers_begin_anew, NULL), NULL, 0);
}

int main(int argc, char **argv)
{
	char byte;

	if (argc != 2)
		return 2;
	go();
	must(pipe(waits));
	must(unshare(CLONE_NEWPID));

	pid_t child;

	if (strcmp(argv[1], "namespace")) {
		child = child_new(be_the_first, NULL);
	} else {
		pthread_mutex_lock(&lock);
		child = child_new(be_the_heir, NULL);
	}
	must(read(waits[0], &byte, 1));
	ready("main", getpid(), "child", child, NULL);
	waitpid(child, NULL, 0);
	return 0;
}
