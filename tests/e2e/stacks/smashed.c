/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two threads wait for each other's mutex, and nothing above them on their stacks is
 * what it was: the argument says whether it is garbage, leads round in a ring, or is
 * left to userfaultfd with nobody who would bring it back.
 */
#include "hang.h"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#define PAGE  4096
#define STACK (64 * PAGE)

static pthread_mutex_t lock[2] = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER };
static pthread_barrier_t both;
static const char *how;

/* Everything from the caller's frame on, as far as the frame was made for it. */
__attribute__((noinline)) static void smash(uintptr_t *from, uintptr_t *to)
{
	for (uintptr_t *word = from; word < to; word++)
		*word = !strcmp(how, "ring") ? (uintptr_t)from : 0xa5a5a5a5deadbeef;
}

__attribute__((noinline)) static void take_both(size_t first)
{
	uintptr_t *frame = __builtin_frame_address(0);

	pthread_mutex_lock(&lock[first]);
	pthread_barrier_wait(&both);
	if (strcmp(how, "away"))
		smash(frame, frame + 2 * PAGE / sizeof(*frame));
	pthread_mutex_lock(&lock[!first]);
	for (;;)
		pause();
}

/* A frame as large as what is smashed, so that the thread's own data behind it stays whole. */
static void *work(void *argument)
{
	char room[4 * PAGE];

	__asm__ volatile("" : : "r"(room) : "memory"); /* it is used, for all the compiler knows */
	take_both((size_t)argument);
	return NULL;
}

static void take_away(char *stack)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .range = { .start = (uintptr_t)stack, .len = STACK },
					 .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = (int)must(syscall(SYS_userfaultfd, O_CLOEXEC));

	must(ioctl(fd, UFFDIO_API, &api));
	must(ioctl(fd, UFFDIO_REGISTER, &range));
	must(madvise(stack, STACK, MADV_DONTNEED));
}

static pid_t thread_on(char *stack, size_t argument)
{
	struct thread_start *start = calloc(1, sizeof(*start));
	pthread_attr_t attributes;
	pthread_t thread;

	start->run = work;
	start->argument = (void *)argument;
	sem_init(&start->started, 0, 0);
	pthread_attr_init(&attributes);
	pthread_attr_setstack(&attributes, stack, STACK);
	if (pthread_create(&thread, &attributes, thread_run, start))
		exit(1);
	sem_wait(&start->started);
	return start->tid;
}

int main(int argc, char **argv)
{
	char *stack[2];
	pid_t tid[2];

	how = argc > 1 ? argv[1] : "garbage";
	go();
	meeting_init(&both, 2, PTHREAD_PROCESS_PRIVATE);
	for (size_t i = 0; i < 2; i++) {
		stack[i] = must(mmap(NULL, STACK, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
		tid[i] = thread_on(stack[i], i);
	}
	if (!strcmp(how, "away")) {
		sleep(1);
		take_away(stack[0]);
	}
	ready("main", getpid(), "a", tid[0], "b", tid[1], NULL);
	sleep_for_ever();
}
