/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks on files. A file is opened once before the first fork; the processes that
 * keep that descriptor share its open file description, and one of them takes the
 * lock through it. Whoever waits does so through a description of his own.
 */
#include "act.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define RANGE	     100 /* apart from each other, in the same file */
#define RANGE_LENGTH 10
#define TURN_US	     2000

static bool waits_for_lock(const struct plan_thread *thread)
{
	return thread->call == CALL_FILE_LOCK || thread->call == CALL_FILE_LOCK_SHARED;
}

static off_t lock_start(const struct plan *plan, int lock)
{
	return plan->locks[lock].type == LOCK_TYPE_FLOCK ? 0 : RANGE * (off_t)lock;
}

static int lock_through(const struct plan *plan, int lock, int fd, bool shared)
{
	struct flock range = { .l_type = shared ? F_RDLCK : F_WRLCK,
			       .l_whence = SEEK_SET,
			       .l_start = lock_start(plan, lock),
			       .l_len = RANGE_LENGTH };

	switch (plan->locks[lock].type) {
	case LOCK_TYPE_FLOCK:
		return flock(fd, shared ? LOCK_SH : LOCK_EX);
	case LOCK_TYPE_POSIX:
		return fcntl(fd, F_SETLKW, &range);
	default:
		return fcntl(fd, F_OFD_SETLKW, &range);
	}
}

void files_init(struct stage *stage)
{
	for (int i = 0; i < stage->plan.file_count; i++)
		stage->passage.file[i] = must(memfd_create("oracle-file", 0));
}

/* The same file again: another open file description. */
static int file_again(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return must(open(path, O_RDWR | O_CLOEXEC));
}

void files_trim(struct stage *stage, int process)
{
	const struct plan *plan = &stage->plan;

	for (int i = 0; i < plan->thread_count; i++) {
		const struct plan_thread *thread = &plan->threads[i];

		if (thread->process == process && waits_for_lock(thread))
			stage->own_file[i] =
				file_again(stage->passage.file[plan->locks[thread->argument].file]);
	}
	for (int i = 0; i < plan->file_count; i++)
		if (!(plan->files[i].keep & 1u << process))
			close(stage->passage.file[i]);
}

void file_locks_take(struct stage *stage, int thread)
{
	const struct plan *plan = &stage->plan;

	for (int i = 0; i < plan->lock_count; i++)
		if (plan->locks[i].thread == thread)
			must(lock_through(plan, i, stage->passage.file[plan->locks[i].file],
					  false));
}

/* How many wait for the lock, as the kernel lists them. */
static int queue_length(const struct stage *stage, int lock, int fd)
{
	char line[256], place[64];
	struct stat info;
	int count = 0;

	must(fstat(fd, &info));
	snprintf(place, sizeof(place), ":%lu %ld ", info.st_ino, lock_start(&stage->plan, lock));

	FILE *file = fopen("/proc/locks", "re");

	while (file && fgets(line, sizeof(line), file))
		count += strstr(line, "->") && strstr(line, place);
	if (file)
		fclose(file);
	return count;
}

/* Who stands behind whom in the queue is part of the plan. */
static void turn_await(const struct stage *stage, int number, int lock)
{
	int before = 0;

	for (int i = 0; i < number; i++)
		before += waits_for_lock(&stage->plan.threads[i]) &&
			  stage->plan.threads[i].argument == lock;
	while (queue_length(stage, lock, stage->own_file[number]) < before)
		usleep(TURN_US);
}

void act_file_lock(struct stage *stage, int number)
{
	const struct plan_thread *thread = &stage->plan.threads[number];

	turn_await(stage, number, thread->argument);
	if (lock_through(&stage->plan, thread->argument, stage->own_file[number],
			 thread->call == CALL_FILE_LOCK_SHARED))
		perror("file lock");
}
