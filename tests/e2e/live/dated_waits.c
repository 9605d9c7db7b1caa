/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that begin to wait at known times: each between a line that tells to go on and the line
 * that says who it is.
 */
#include <inttypes.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "hang.h"

#define ROUNDS 5

static void *wait_at(void *word)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, 0, NULL);
	return NULL;
}

/* The kernel tells a thread's call only while it is switched out. */
static bool is_asleep(pid_t tid, const uint32_t *word)
{
	char path[64], line[256] = "";
	uintptr_t address = 0;
	int call = -1;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);

	FILE *file = fopen(path, "re");

	if (!file)
		exit(1);
	if (fgets(line, sizeof(line), file))
		sscanf(line, "%d %" SCNxPTR, &call, &address);
	fclose(file);
	return call == SYS_futex && address == (uintptr_t)word;
}

int main(void)
{
	static uint32_t words[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		pthread_t thread;

		go();

		pid_t tid = thread_new(&thread, wait_at, &words[i]);

		while (!is_asleep(tid, &words[i]))
			usleep(100);
		ready("waiter", tid, NULL);
	}
	sleep_for_ever();
}
