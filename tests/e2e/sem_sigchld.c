/* SPDX-License-Identifier: BSD-2-Clause */
/* Near miss: the SIGCHLD handler posts the semaphore that main waits for, once its child ends. */
#include "hang.h"

#include <signal.h>

static sem_t ended;

static void child_ended(int number)
{
	(void)number;
	sem_post(&ended);
}

static void sleep_long(void *argument)
{
	(void)argument;
	sleep_for_ever();
}

int main(void)
{
	go();
	sem_init(&ended, 0, 0);
	signal(SIGCHLD, child_ended);
	pid_t child = child_new(sleep_long, NULL);
	ready("main", getpid(), "child", child, NULL);
	while (sem_wait(&ended))
		;
	return 0;
}
