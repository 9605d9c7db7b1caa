/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process reads from a pipe whose only write end it holds itself. Near
 * misses: "alarm", "timer" and "handler" each leave a signal that may come and
 * end the read.
 */
#include "hang.h"

#include <signal.h>
#include <string.h>
#include <time.h>

static void wake(int number)
{
	(void)number;
}

static void arm_timer(void)
{
	struct itimerspec later = { .it_value.tv_sec = 600 };
	timer_t timer;

	must(timer_create(CLOCK_MONOTONIC, NULL, &timer));
	must(timer_settime(timer, 0, &later, NULL));
}

int main(int argc, char **argv)
{
	const char *way_on = argc > 1 ? argv[1] : "";
	int ends[2];
	char byte;

	go();
	must(pipe(ends));
	if (!strcmp(way_on, "handler"))
		signal(SIGUSR1, wake);
	if (!strcmp(way_on, "alarm") || !strcmp(way_on, "timer"))
		signal(SIGALRM, wake);
	if (!strcmp(way_on, "alarm"))
		alarm(600);
	if (!strcmp(way_on, "timer"))
		arm_timer();
	ready("main", getpid(), NULL);
	must(read(ends[0], &byte, 1)); /* here it hangs */
	return 0;
}
