/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Futex operations that no C library makes: raw WHAT [live].
 *
 * WHAT: waitv (several private words), waitv-shared (one of them is shared with
 * children), wait2 (futex_wait() of futex2), requeue (FUTEX_WAIT_REQUEUE_PI,
 * never requeued), requeued (moved by FUTEX_CMP_REQUEUE_PI to a lock whose owner
 * waits as well), lock2 (FUTEX_LOCK_PI2, two locks in opposite order; the one
 * who would close the ring is refused and waits otherwise). Two threads wait.
 * With "live" a thread, or the child, sleeps that could end it: the near miss.
 */
#include "hang.h"

#include <linux/futex.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#define CALL_WAITV 449
#define CALL_WAIT  455
#define LOCK_PI2   13
#define SIZE_U32   2

struct waitv {
	uint64_t value, address;
	uint32_t flags, reserved;
};

static uint32_t words[4];
static uint32_t *shared_word;
static pthread_barrier_t both;
static pid_t tid_one; /* of the first thread */

static long futex(uint32_t *word, int op, uint32_t value, uintptr_t count, uint32_t *other,
		  uint32_t third)
{
	return syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, value, count, other, third);
}

static void *wait_any(void *argument)
{
	struct waitv list[] = {
		{ 0, (uintptr_t)&words[0], SIZE_U32 | FUTEX_PRIVATE_FLAG, 0 },
		{ 0, (uintptr_t)&words[1], SIZE_U32 | FUTEX_PRIVATE_FLAG, 0 },
		{ 0, (uintptr_t)(shared_word ? shared_word : &words[2]), SIZE_U32, 0 },
	};

	syscall(CALL_WAITV, list, 3, 0, NULL, 0);
	return argument;
}

static void *wait_one(void *argument)
{
	syscall(CALL_WAIT, &words[0], 0, 0xffffffffu, SIZE_U32 | FUTEX_PRIVATE_FLAG, NULL, 0);
	return argument;
}

static void *wait_requeue(void *argument)
{
	futex(&words[0], FUTEX_WAIT_REQUEUE_PI, 0, 0, &words[1], 0);
	return argument;
}

static void *requeue_and_wait(void *argument)
{
	futex(&words[1], FUTEX_LOCK_PI, 0, 0, NULL, 0);
	await_call(tid_one, SYS_futex, &words[0]);
	futex(&words[0], FUTEX_CMP_REQUEUE_PI, 1, 1, &words[1], 0);
	futex(&words[2], FUTEX_WAIT, 0, 0, NULL, 0);
	return argument;
}

static void *lock_two(void *argument)
{
	uint32_t *first = argument, *second = &words[first == &words[0]];

	futex(first, LOCK_PI2, 0, 0, NULL, 0);
	pthread_barrier_wait(&both);
	if (first == &words[1])
		await_call(tid_one, SYS_futex, first);
	if (futex(second, LOCK_PI2, 0, 0, NULL, 0))
		futex(&words[3], FUTEX_WAIT, 0, 0, NULL, 0);
	return argument;
}

static void *work(void *argument)
{
	for (;;)
		usleep(20000);
	return argument;
}

static void sleep_in_child(void *argument)
{
	(void)argument;
	sleep_for_ever();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void *(*run_a)(void *), *(*run_b)(void *);
	} scenes[] = {
		{ "waitv", wait_any, wait_any },
		{ "waitv-shared", wait_any, wait_any },
		{ "wait2", wait_one, wait_one },
		{ "requeue", wait_requeue, wait_requeue },
		{ "requeued", wait_requeue, requeue_and_wait },
		{ "lock2", lock_two, lock_two },
	};
	const char *what = argc > 1 ? argv[1] : "waitv";
	pthread_t one, two, other;

	meeting_init(&both, 2, PTHREAD_PROCESS_PRIVATE);
	if (!strcmp(what, "waitv-shared"))
		shared_word = shared_memory(4096);
	go();
	if (argc > 2 && shared_word)
		child_new(sleep_in_child, NULL);
	else if (argc > 2)
		thread_new(&other, work, NULL);
	for (size_t i = 0; i < sizeof(scenes) / sizeof(*scenes); i++) {
		if (strcmp(scenes[i].name, what))
			continue;

		pid_t a = tid_one = thread_new(&one, scenes[i].run_a, &words[0]);
		pid_t b = thread_new(&two, scenes[i].run_b, &words[1]);

		ready("main", getpid(), "a", a, "b", b, NULL);
		pthread_join(one, NULL);
	}
	return 1;
}
