/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two processes receive from each other's POSIX message queue ("each"); one sends
 * to a full queue whose receiver waits for it to end ("full"). Near misses: "timed"
 * and "third" (a sleeping process has the queues open, too).
 */
#include "hang.h"

#include <fcntl.h>
#include <mqueue.h>
#include <string.h>
#include <time.h>

static char names[2][64];
static pthread_barrier_t *opened;
static const char *how;

static mqd_t queue_open(int number, int flags)
{
	struct mq_attr attributes = { .mq_maxmsg = 2, .mq_msgsize = 8 };

	return must(mq_open(names[number], flags | O_CREAT, 0600, &attributes));
}

static void receive(int number)
{
	mqd_t queue = queue_open(number, O_RDONLY);

	pthread_barrier_wait(opened);

	struct timespec later = { .tv_sec = time(NULL) + 900 };
	char message[8];

	if (!strcmp(how, "timed"))
		must(mq_timedreceive(queue, message, sizeof(message), NULL, &later));
	else
		must(mq_receive(queue, message, sizeof(message), NULL));
}

static void one(void *unused)
{
	mqd_t queue = queue_open(1, O_WRONLY);

	(void)unused;
	if (!strcmp(how, "full")) {
		pthread_barrier_wait(opened);
		for (;;)
			must(mq_send(queue, "", 1, 0));
	}
	receive(0);
}

static void other(void *unused)
{
	(void)unused;
	queue_open(0, O_WRONLY);
	receive(1);
}

static void bystander(void *unused)
{
	(void)unused;
	queue_open(0, O_RDWR);
	pthread_barrier_wait(opened);
	sleep_for_ever();
}

int main(int argc, char **argv)
{
	how = argc > 1 ? argv[1] : "each";
	go();
	for (int i = 0; i < 2; i++)
		snprintf(names[i], sizeof(names[i]), "/dltrace-e2e-%d-%d", getpid(), i);
	if (!strcmp(how, "full"))
		queue_open(1, O_RDONLY);
	opened = shared_memory(sizeof(*opened));
	meeting_init(opened, !strcmp(how, "full") ? 2 : !strcmp(how, "third") ? 4 : 3, 1);

	pid_t a = child_new(one, NULL);
	pid_t b = strcmp(how, "full") ? child_new(other, NULL) : 0;

	if (!strcmp(how, "third"))
		child_new(bystander, NULL);
	pthread_barrier_wait(opened); /* then the names may go */
	mq_unlink(names[0]);
	mq_unlink(names[1]);
	ready("main", getpid(), "a", a, "b", b, NULL);
	waitpid(a, NULL, 0);
	return 0;
}
