/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System V IPC. "sems": two processes take two semaphores of one set in opposite
 * order, the second one by a call of two operations; "undo": the kernel would give them back for
 * them if they ended (SEM_UNDO). "zero": one waits for a
 * semaphore to become 0, the other one, who gave it its value, for the first one to
 * write. "mixed": a semaphore and a file lock. "queues": two processes receive from
 * each other's queue. "full": a sender to a full queue, whose receiver waits for it
 * to write elsewhere. Near misses: "timed", "producer" (the last one to touch the
 * semaphore is the waiter itself), "third" (somebody waits in the set for something
 * else), "greeting" (nobody has sent yet).
 */
#include "hang.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

#define MESSAGE 1024

struct message {
	long type;
	char text[MESSAGE];
};

static pthread_barrier_t *both;
static const char *how;
static char path[64];
static int set, queues[2], ends[2];

static int is(const char *name)
{
	return !strcmp(how, name);
}

static void operate(int number, int units)
{
	struct sembuf operation = { .sem_num = (unsigned short)number, .sem_op = (short)units };

	if (is("undo"))
		operation.sem_flg = SEM_UNDO;
	must(semop(set, &operation, 1));
}

static void take_timed(int number)
{
	struct sembuf operation = { .sem_num = (unsigned short)number, .sem_op = -1 };
	struct timespec limit = { .tv_sec = 900 };

	must(semtimedop(set, &operation, 1, &limit));
}

static void lock_file(void)
{
	int fd = must(open(path, O_CREAT | O_RDWR, 0600));

	must(flock(fd, LOCK_EX));
}

static void read_end(void)
{
	char byte;

	close(ends[1]);
	must(read(ends[0], &byte, 1));
}

static void receive(int queue)
{
	struct message message;

	must(msgrcv(queues[queue], &message, MESSAGE, 0, 0));
}

static void send_one(int queue)
{
	struct message message = { .type = 1 };

	must(msgsnd(queues[queue], &message, MESSAGE, 0));
}

/* Has something, then meets the other one, then wants what that one has. */
static void first(void *unused)
{
	(void)unused;
	if (is("queues") || is("full"))
		send_one(0);
	else if (!is("zero") && !is("greeting"))
		operate(0, -1);
	pthread_barrier_wait(both);
	if (is("queues"))
		receive(1);
	if (is("queues") || is("greeting"))
		receive(1);
	else if (is("full"))
		for (;;)
			send_one(0);
	else if (is("mixed"))
		lock_file();
	else if (is("zero"))
		operate(2, 0);
	else if (is("timed"))
		take_timed(1);
	else if (is("producer"))
		operate(0, -1);
	else
		operate(1, -1);
	sleep_for_ever();
}

static void second(void *unused)
{
	struct sembuf pair[] = { { .sem_num = 3, .sem_op = -1 }, { .sem_num = 0, .sem_op = -1 } };

	(void)unused;
	if (is("queues"))
		send_one(1);
	else if (is("full"))
		receive(0);
	else if (is("mixed"))
		lock_file();
	else if (is("zero"))
		operate(2, 1);
	else if (!is("greeting"))
		operate(1, -1);
	pthread_barrier_wait(both);
	if (is("queues") || is("greeting")) {
		if (is("queues"))
			receive(0);
		receive(0);
	} else if (is("full") || is("zero")) {
		read_end();
	} else if (is("mixed")) {
		operate(0, -1);
	} else {
		must(semop(set, pair, 2));
	}
}

static void bystander(void *unused)
{
	(void)unused;
	operate(2, -1);
}

/* All objects go with the program, however it ends. */
static void make(void)
{
	unsigned short values[] = { 1, 1, 0, 1 };

	snprintf(path, sizeof(path), "sysv-%d", getpid());
	must(unshare(CLONE_NEWIPC));
	set = must(semget(IPC_PRIVATE, 4, 0600));
	must(semctl(set, 0, SETALL, values));
	for (int i = 0; i < 2; i++)
		queues[i] = must(msgget(IPC_PRIVATE, 0600));
	must(pipe(ends));
	both = shared_memory(sizeof(*both));
	meeting_init(both, 2, 1);
}

int main(int argc, char **argv)
{
	how = argc > 1 ? argv[1] : "sems";
	go();
	make();
	if (is("third"))
		child_new(bystander, NULL);
	pid_t a = child_new(first, NULL);
	pid_t b = child_new(second, NULL);

	close(ends[0]);
	close(ends[1]);
	usleep(300000);
	ready("main", getpid(), "a", a, "b", b, NULL);
	waitpid(a, NULL, 0);
	return 0;
}
