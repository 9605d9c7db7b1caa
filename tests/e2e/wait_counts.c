/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A known number of waits, each a prime, so that a sum tells which of them are
 * in it: the numbers that live tracing must come to, no more and no less.
 *
 *   futex  1009 short ones of one thread, and 13 long ones of one thread each
 *   wait4   101 children        waitid   53 children        semop   29 of one thread
 *
 * Nobody is woken before the kernel has counted that it was switched out, so each
 * call sleeps exactly once; and nobody waits otherwise in any of these calls.
 */
#include <inttypes.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/syscall.h>

#include "hang.h"

enum {
	FUTEX_SHORT = 1009,
	FUTEX_LONG = 13,
	WAIT4 = 101,
	WAITID = 53,
	SEMOP = 29,
	LONG_S = 3,
};

struct waiter {
	uint64_t sleeps; /* before the wait that it is about to begin */
	uint32_t word;	 /* of its futex; stays 0 */
	uint32_t waits;
	uint32_t begun; /* waits, including the one that it is about to begin */
	pid_t pid;
	pid_t tid;
	bool ended;
	int semid;
};

#define LOAD(word)	   __atomic_load_n(&(word), __ATOMIC_SEQ_CST)
#define STORE(word, value) __atomic_store_n(&(word), value, __ATOMIC_SEQ_CST)

/* How often the thread was switched out because it slept. */
static uint64_t sleeps(pid_t pid, pid_t tid)
{
	uint64_t count = 0;
	char path[64], line[128];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", pid, tid);

	FILE *file = fopen(path, "re");

	if (!file)
		exit(1);
	while (fgets(line, sizeof(line), file))
		sscanf(line, "voluntary_ctxt_switches: %" SCNu64, &count);
	fclose(file);
	return count;
}

/* The caller's next sleep will be its wait. */
static void wait_announce(struct waiter *waiter)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	waiter->pid = getpid();
	waiter->tid = gettid();
	waiter->sleeps = (uint64_t)usage.ru_nvcsw;
	STORE(waiter->begun, waiter->begun + 1);
}

/* Until it sleeps in wait number `wait`, from 1. By polling: to wait would be counted, too. */
static void wait_until_asleep(const struct waiter *waiter, uint32_t wait)
{
	while (LOAD(waiter->begun) < wait || sleeps(waiter->pid, waiter->tid) <= waiter->sleeps)
		usleep(100);
}

static void *wait_futex(void *argument)
{
	struct waiter *waiter = argument;

	for (uint32_t i = 0; i < waiter->waits; i++) {
		wait_announce(waiter);
		syscall(SYS_futex, &waiter->word, FUTEX_WAIT_PRIVATE, 0, NULL);
	}
	STORE(waiter->ended, true);
	return NULL;
}

static void *wait_semop(void *argument)
{
	struct waiter *waiter = argument;
	struct sembuf take = { .sem_op = -1 };

	for (uint32_t i = 0; i < waiter->waits; i++) {
		wait_announce(waiter);
		must(semop(waiter->semid, &take, 1));
	}
	STORE(waiter->ended, true);
	return NULL;
}

static void wake_futex(struct waiter *waiter)
{
	syscall(SYS_futex, &waiter->word, FUTEX_WAKE_PRIVATE, 1);
}

static void wake_semop(struct waiter *waiter)
{
	struct sembuf give = { .sem_op = 1 };

	must(semop(waiter->semid, &give, 1));
}

/* Never joined: that would be one more wait on a futex. */
static void waiter_start(struct waiter *waiter, void *(*run)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, waiter))
		exit(1);
}

static void waiter_end(struct waiter *waiter)
{
	while (!LOAD(waiter->ended))
		usleep(100);
}

static void short_waits(struct waiter *waiter, void *(*run)(void *), void (*wake)(struct waiter *))
{
	waiter_start(waiter, run);
	for (uint32_t i = 1; i <= waiter->waits; i++) {
		wait_until_asleep(waiter, i);
		wake(waiter);
	}
	waiter_end(waiter);
}

static void long_waits(void)
{
	static struct waiter waiters[FUTEX_LONG];

	for (int i = 0; i < FUTEX_LONG; i++) {
		waiters[i].waits = 1;
		waiter_start(&waiters[i], wait_futex);
	}
	for (int i = 0; i < FUTEX_LONG; i++)
		wait_until_asleep(&waiters[i], 1);
	sleep(LONG_S);
	for (int i = 0; i < FUTEX_LONG; i++) {
		wake_futex(&waiters[i]);
		waiter_end(&waiters[i]);
	}
}

/* A child that ends when its parent sleeps. */
static pid_t child_start(struct waiter *parent)
{
	uint32_t wait = parent->begun + 1;
	pid_t child = must(fork());

	if (!child) {
		wait_until_asleep(parent, wait);
		_exit(0);
	}
	wait_announce(parent);
	return child;
}

int main(void)
{
	struct waiter futex = { .waits = FUTEX_SHORT };
	struct waiter semaphore = { .waits = SEMOP };
	struct waiter *parent = shared_memory(sizeof(*parent));

	go();
	semaphore.semid = must(semget(IPC_PRIVATE, 1, 0600));
	short_waits(&futex, wait_futex, wake_futex);
	short_waits(&semaphore, wait_semop, wake_semop);
	must(semctl(semaphore.semid, 0, IPC_RMID));
	for (int i = 0; i < WAIT4; i++)
		must(wait4(child_start(parent), NULL, 0, NULL));
	for (int i = 0; i < WAITID; i++)
		must(waitid(P_PID, (id_t)child_start(parent), &(siginfo_t){ 0 }, WEXITED));
	long_waits();
	ready("main", getpid(), NULL);
	sleep_for_ever();
}
