/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ways on that are easily overlooked: hidden WHAT.
 *
 * handler, timer: main waits for a child that reads from a pipe of main's. A handler of main's
 * would end the child; "timer" has armed one, so that it will. Only by custom nobody counts on
 * a handler: "handler" is likely a deadlock, "timer" none.
 * read-only: main waits for a word in a file that it has opened for reading only, which a child
 * that sleeps may change. No deadlock. In "read-only-private" it has mapped it so that writing
 * would make a copy, which is not allowed either.
 * datagram: main is charged for datagrams that a child, which sleeps, has not read, and is now
 * connected to a socket that only main has. No deadlock.
 * semaphore: main has made a System V semaphore and waits for a child that waits for it; another
 * child, which sleeps, may give a unit. No deadlock.
 * table, table-own: a thread with a table of descriptors of its own reads from a pipe. In "table"
 * that number is another pipe in the process's own table, to which only main could write; of the
 * thread's a child that sleeps has the write end, and nobody is stuck. In "table-own" it is as
 * it seems.
 */
#include "hang.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

static pid_t child;
static int ends[2], others[2];
static sem_t unshared;

static void end_child(int number)
{
	(void)number;
	kill(child, SIGKILL);
}

static void read_order(void *argument)
{
	char byte;

	(void)argument;
	close(ends[1]);
	must(read(ends[0], &byte, 1)); /* here it hangs */
}

static void wait_for_child(const char *what)
{
	must(pipe(ends));
	child = child_new(read_order, NULL);
	signal(SIGALRM, end_child);
	if (!strcmp(what, "timer"))
		alarm(600);
	ready("main", getpid(), "a", child, NULL);
	waitpid(child, NULL, 0);
}

static void sleep_mapped(void *argument)
{
	must((long)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, *(int *)argument, 0));
	sleep_for_ever();
}

static void wait_read_only(int how)
{
	char path[] = "/dev/shm/hiddenXXXXXX";
	int file = must(mkstemp(path));
	int reading = must(open(path, O_RDONLY));

	unlink(path);
	must(ftruncate(file, 4096));
	child = child_new(sleep_mapped, &file);
	close(file);

	unsigned int *word = mmap(NULL, 4096, PROT_READ, how, reading, 0);

	must((long)word);
	ready("main", getpid(), "a", child, NULL);
	syscall(SYS_futex, word, FUTEX_WAIT, *word, NULL, NULL, 0);
}

/* Bound to a name that the kernel chooses (unix(7)). */
static int receiver(struct sockaddr_un *ret_name, socklen_t *ret_length)
{
	const struct sockaddr_un none = { .sun_family = AF_UNIX };
	int fd = must(socket(AF_UNIX, SOCK_DGRAM, 0));

	must(bind(fd, (const void *)&none, sizeof(none.sun_family)));
	*ret_length = sizeof(*ret_name);
	must(getsockname(fd, (void *)ret_name, ret_length));
	return fd;
}

static void sleep_with(void *argument)
{
	(void)argument;
	sleep_for_ever();
}

static void send_elsewhere(void)
{
	static char datagram[40000];
	struct sockaddr_un name;
	socklen_t length;
	int sender = must(socket(AF_UNIX, SOCK_DGRAM, 0));
	int first = receiver(&name, &length);

	must(connect(sender, (const void *)&name, length));
	while (send(sender, datagram, sizeof(datagram), MSG_DONTWAIT) > 0)
		;
	child = child_new(sleep_with, NULL);
	close(first);
	receiver(&name, &length);
	must(connect(sender, (const void *)&name, length));
	ready("main", getpid(), "a", child, NULL);
	must(send(sender, datagram, sizeof(datagram), 0));
}

static void take_unit(void *argument)
{
	struct sembuf take = { .sem_op = -1 };

	must(semop(*(int *)argument, &take, 1));
}

static void wait_for_taker(void)
{
	int set = must(semget(IPC_PRIVATE, 1, 0600));

	must(semctl(set, 0, SETVAL, 0));
	child = child_new(take_unit, &set);

	pid_t giver = child_new(sleep_with, NULL);

	ready("main", getpid(), "a", child, "b", giver, NULL);
	waitpid(child, NULL, 0);
	semctl(set, 0, IPC_RMID);
}

static void sleep_with_write_end(void *argument)
{
	(void)argument;
	close(ends[0]);
	close(ends[1]);
	sleep_for_ever();
}

static void *read_own(void *argument)
{
	char byte;

	must(unshare(CLONE_FILES));
	if (argument)
		must(dup2(others[0], ends[0]));
	sem_post(&unshared);
	must(read(ends[0], &byte, 1)); /* here it hangs */
	return NULL;
}

static void read_from_own_table(const char *what)
{
	bool other = !strcmp(what, "table");
	pthread_t thread;

	must(pipe(ends));
	must(pipe(others));
	if (other)
		child = child_new(sleep_with_write_end, NULL);
	close(others[1]);
	sem_init(&unshared, 0, 0);

	pid_t a = thread_new(&thread, read_own, other ? &ends : NULL);

	sem_wait(&unshared);
	ready("main", getpid(), "a", a, NULL);
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	go();
	if (!strcmp(what, "read-only"))
		wait_read_only(MAP_SHARED);
	else if (!strcmp(what, "read-only-private"))
		wait_read_only(MAP_PRIVATE);
	else if (!strcmp(what, "datagram"))
		send_elsewhere();
	else if (!strcmp(what, "semaphore"))
		wait_for_taker();
	else if (!strncmp(what, "table", 5))
		read_from_own_table(what);
	else
		wait_for_child(what);
	return 0;
}
