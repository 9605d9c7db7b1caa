/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An event whose words are those of a taken pthread_mutex_t: lookalike WHOSE [never].
 *
 * A thread waits for it; WHOSE tid stands where a mutex has its owner's: own,
 * main (who joins the waiter), or dead (nobody's). Or the words are those of a taken
 * lock of stdio, and main's pthread_self() stands where that has its owner: self.
 * Another thread sleeps and will set the event, whoever "owns" it: the near miss.
 * With "never" it does not exist, and nobody is left.
 */
#include "hang.h"

#include <linux/futex.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#define NOBODY 4194303 /* the highest tid, PID_MAX_LIMIT - 1 */

static struct {
	uint32_t state, depth, last_taker;
#ifdef __i386__
	uint32_t flags, users, spins;
#else
	uint32_t users, flags, spins;
#endif
	uint64_t more[2];
} event = { .state = 2, .users = 1 };

static const char *whose;

static void *wait_for_event(void *argument)
{
	if (!strcmp(whose, "own"))
		event.last_taker = gettid();
	syscall(SYS_futex, &event.state, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
	return argument;
}

static void *set_event(void *argument)
{
	sleep(3600);
	event.state = 1;
	syscall(SYS_futex, &event.state, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
	return argument;
}

int main(int argc, char **argv)
{
	pthread_t waiter, setter;
	pid_t tid;

	whose = argv[1];
	if (!strcmp(whose, "self")) {
		pthread_t self = pthread_self();

		event.depth = 1;
		memcpy(&event.last_taker, &self, sizeof(self));
	} else {
		event.last_taker = strcmp(whose, "main") ? NOBODY : getpid();
	}
	go();
	if (argc < 3)
		thread_new(&setter, set_event, NULL);
	tid = thread_new(&waiter, wait_for_event, NULL);
	ready("main", getpid(), "a", tid, NULL);
	pthread_join(waiter, NULL);
}
