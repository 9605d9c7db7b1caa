/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two children wait for a word in memory that has a name, so that somebody else might wake them:
 * /dev/shm/woken-PID, which the test removes. Their parent has woken them before, in one of many
 * ways, and now waits for them: woken_before [HOW].
 *
 * post        sem_post(); the word is a semaphore's
 * wake, wake2 FUTEX_WAKE, futex_wake()
 * requeue, cmp-requeue, requeue2  the same calls, with nobody to be moved
 * wake-op, wake-op-second         FUTEX_WAKE_OP, of both at its first or second address
 * cmp-requeue-pi  FUTEX_CMP_REQUEUE_PI, before there is anybody else at the word
 * wake-op-either  of one, who may have waited at either address for all that the call tells
 */
#include <fcntl.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include "hang.h"

#define WAKES	     6
#define CALL_WAKE    454
#define CALL_REQUEUE 456
#define SIZE_U32     2 /* FUTEX2_SIZE_U32 */

struct waitv {
	uint64_t value, address;
	uint32_t flags, reserved;
};

struct memory {
	sem_t semaphore;
	uint32_t word, other;
};

static struct memory *memory;

static long futex(uint32_t *word, int op, uintptr_t count, uintptr_t more, uint32_t *other,
		  uint32_t third)
{
	return syscall(SYS_futex, word, op, count, more, other, third);
}

static void post(void)
{
	sem_post(&memory->semaphore);
}

static void wake(void)
{
	futex(&memory->word, FUTEX_WAKE, 1, 0, NULL, 0);
}

static void wake2(void)
{
	syscall(CALL_WAKE, &memory->word, ~0u, 1, SIZE_U32);
}

static void requeue(void)
{
	futex(&memory->word, FUTEX_REQUEUE, 1, 0, &memory->other, 0);
}

static void cmp_requeue(void)
{
	futex(&memory->word, FUTEX_CMP_REQUEUE, 1, 0, &memory->other, 0);
}

static void requeue2(void)
{
	const struct waitv from_to[] = {
		{ 0, (uintptr_t)&memory->word, SIZE_U32, 0 },
		{ 0, (uintptr_t)&memory->other, SIZE_U32, 0 },
	};

	syscall(CALL_REQUEUE, from_to, 0, 1, 0);
}

/* Both words stay 0; at the second one somebody is woken only if it is 0. */
static void wake_op(void)
{
	futex(&memory->word, FUTEX_WAKE_OP, 2, 0, &memory->other,
	      FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_NE, 0));
}

static void wake_op_second(void)
{
	futex(&memory->other, FUTEX_WAKE_OP, 1, 2, &memory->word,
	      FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_EQ, 0));
}

static void wake_op_either(void)
{
	futex(&memory->word, FUTEX_WAKE_OP, 1, 1, &memory->other,
	      FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_EQ, 0));
}

static void wait_for_requeue(void *unused)
{
	(void)unused;
	futex(&memory->word, FUTEX_WAIT_REQUEUE_PI, 0, 0, &memory->other, 0);
}

/* It wakes only who expects it, and gives them the lock at the second word. */
static void cmp_requeue_pi(void)
{
	pid_t waiter = child_new(wait_for_requeue, NULL);

	while (futex(&memory->word, FUTEX_CMP_REQUEUE_PI, 1, 0, &memory->other, 0) != 1)
		usleep(1000);
	must(waitpid(waiter, NULL, 0));
}

static void wait_for_posts(void *unused)
{
	(void)unused;
	for (;;)
		sem_wait(&memory->semaphore);
}

static void wait_for_wakes(void *unused)
{
	(void)unused;
	for (;;)
		futex(&memory->word, FUTEX_WAIT, 0, 0, NULL, 0);
}

static void memory_map(void)
{
	char name[32];

	snprintf(name, sizeof(name), "/woken-%d", getpid());

	int fd = must(shm_open(name, O_CREAT | O_RDWR, 0600));

	must(ftruncate(fd, 4096));
	memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*wake)(void);
	} ways[] = {
		{ "post", post },
		{ "wake", wake },
		{ "wake2", wake2 },
		{ "requeue", requeue },
		{ "cmp-requeue", cmp_requeue },
		{ "requeue2", requeue2 },
		{ "cmp-requeue-pi", cmp_requeue_pi },
		{ "wake-op", wake_op },
		{ "wake-op-second", wake_op_second },
		{ "wake-op-either", wake_op_either },
	};
	const char *how = argc > 1 ? argv[1] : "post";
	size_t way = 0;

	while (strcmp(ways[way].name, how))
		way++;
	memory_map();
	sem_init(&memory->semaphore, 1, 0);
	go();

	bool alone = ways[way].wake == cmp_requeue_pi;

	if (alone)
		cmp_requeue_pi();

	pid_t a = child_new(way ? wait_for_wakes : wait_for_posts, NULL);
	pid_t b = child_new(way ? wait_for_wakes : wait_for_posts, NULL);
	for (int i = 0; i < WAKES && !alone; i++) {
		usleep(50000);
		ways[way].wake();
	}
	ready("main", getpid(), "a", a, "b", b, NULL);
	waitpid(a, NULL, 0);
	return 0;
}
