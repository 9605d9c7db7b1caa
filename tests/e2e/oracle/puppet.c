/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Acts out a plan (plan.h), given as a file, until it is killed. Says in one
 * line of JSON who is who once everybody has taken what he is to take; a moment
 * later every thread is in its call, or has ended.
 *
 * Everything is made before the first fork. Each process then lets go of what it
 * is not to have, after it has forked its own children. One that is built in
 * another way than its parent runs that program first, which finds what there is
 * by the descriptors that it kept.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "act.h"

#define STACK_SIZE 65536

/* Not all processes are the same program. */
static bool is_mixed(const struct plan *plan)
{
	for (int i = 1; i < plan->process_count; i++)
		if (plan->processes[i].build != plan->processes[0].build)
			return true;
	return false;
}

static void region_init(struct stage *stage, int region)
{
	const struct plan_region *r = &stage->plan.regions[region];
	char name[64];

	stage->passage.region_fd[region] = -1;
	if (r->type == REGION_MEMFD || (r->type == REGION_ANON && is_mixed(&stage->plan))) {
		stage->passage.region_fd[region] = must(memfd_create("oracle", 0));
	} else if (r->type == REGION_NAMED) {
		snprintf(name, sizeof(name), "/dltrace-oracle-%d-%d", getpid(), region);
		stage->passage.region_fd[region] =
			must(shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600));
		must(fcntl(stage->passage.region_fd[region], F_SETFD, 0));
	}
	if (stage->passage.region_fd[region] >= 0)
		must(ftruncate(stage->passage.region_fd[region], REGION_SIZE));
}

static void *map_shared(int fd, size_t size)
{
	int flags = MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);

	must((long)memory);
	return memory;
}

static void pipe_init(struct stage *stage, int number)
{
	static char page[4096];

	must(pipe(stage->passage.pipe[number]));
	if (!stage->plan.pipes[number].full)
		return;

	int size = must(fcntl(stage->passage.pipe[number][1], F_SETPIPE_SZ, (int)sizeof(page)));

	for (int filled = 0; filled < size; filled += sizeof(page))
		must(write(stage->passage.pipe[number][1], page, sizeof(page)));
}

/* Those whose process does not end. */
static int living_threads(const struct plan *plan)
{
	int count = 0;

	for (int i = 0; i < plan->thread_count; i++)
		count += plan->processes[plan->threads[i].process].fate == FATE_LIVES;
	return count;
}

static void stage_map(struct stage *stage)
{
	stage->board = map_shared(stage->board_fd, sizeof(*stage->board));
	for (int i = 0; i < stage->plan.region_count; i++)
		stage->region[i] = map_shared(stage->passage.region_fd[i], REGION_SIZE);
	sem_init(&stage->taken_early, 0, 0);
}

static void stage_init(struct stage *stage)
{
	const struct plan *plan = &stage->plan;

	stage->board_fd = must(memfd_create("oracle-board", 0));
	must(ftruncate(stage->board_fd, sizeof(*stage->board)));
	for (int i = 0; i < plan->region_count; i++)
		region_init(stage, i);
	stage_map(stage);
	stage->board->taken.all = plan->thread_count;
	stage->board->reaped.all = living_threads(plan);
	for (int i = 0; i < plan->pipe_count; i++)
		pipe_init(stage, i);
	pairs_init(stage);
	events_init(stage);
	files_init(stage);
	semaphores_init(stage);
	for (int i = 0; i < plan->object_count; i++)
		thing_init(stage, i);
	stage->board->passage = stage->passage;
}

/* The stage of a process that was another program. */
static void stage_find(struct stage *stage, int board_fd)
{
	struct board *board = map_shared(board_fd, sizeof(*board));

	stage->board_fd = board_fd;
	stage->passage = board->passage;
	munmap(board, sizeof(*board));
	stage_map(stage);
	for (int i = 0; i < stage->plan.object_count; i++)
		if (stage->plan.objects[i].region == NOBODY)
			thing_init(stage, i);
}

/* Lets go of what the process is not to have. */
static void stage_trim(struct stage *stage, int process)
{
	const struct plan *plan = &stage->plan;
	uint32_t me = 1u << process;

	close(stage->board_fd);
	for (int i = 0; i < plan->region_count; i++) {
		if (!(plan->regions[i].map & me))
			must(munmap(stage->region[i], REGION_SIZE));
		if (stage->passage.region_fd[i] >= 0 && !(plan->regions[i].hold & me))
			close(stage->passage.region_fd[i]);
	}
	for (int i = 0; i < plan->pipe_count; i++) {
		if (!(plan->pipes[i].read & me))
			close(stage->passage.pipe[i][0]);
		if (!(plan->pipes[i].write & me))
			close(stage->passage.pipe[i][1]);
	}
	for (int i = 0; i < plan->pair_count; i++)
		for (int end = 0; end < 2; end++)
			if (!(plan->pairs[i].hold[end] & me))
				close(stage->passage.pair[i][end]);
	for (int i = 0; i < plan->event_count; i++)
		if (!(plan->events[i].hold & me))
			close(stage->passage.event[i]);
	files_trim(stage, process);
}

static bool takes_early(const struct plan *plan, int thread)
{
	for (int i = 0; i < plan->take_count; i++)
		if (plan->takes[i].thread == thread && plan->takes[i].before_fork)
			return true;
	return false;
}

static void take_all(struct stage *stage, int thread, bool before_fork)
{
	for (int i = 0; i < stage->plan.take_count; i++) {
		const struct plan_take *take = &stage->plan.takes[i];

		if (take->thread == thread && take->before_fork == before_fork)
			thing_take(stage, take->object);
	}
}

static void say_ready(const struct stage *stage)
{
	const char *comma = "";

	fputs("{\"tids\": [", stdout);
	for (int i = 0; i < stage->plan.thread_count; i++, comma = ", ")
		printf("%s%d", comma, stage->board->tid[i]);
	comma = "";
	fputs("], \"regions\": [", stdout);
	for (int i = 0; i < stage->plan.region_count; i++, comma = ", ")
		printf("%s%lu", comma, (unsigned long)stage->region[i]);
	puts("]}");
	fflush(stdout);
}

static void reap_children(const struct stage *stage, int process)
{
	for (int i = 0; i < stage->plan.process_count; i++)
		if (stage->plan.processes[i].parent == process &&
		    stage->plan.processes[i].fate == FATE_REAPED)
			waitpid(stage->board->tid[plan_leader(&stage->plan, i)], NULL, 0);
}

/* True if nothing of the thread is left, or a leader is a zombie. */
static bool thread_has_ended(pid_t tid)
{
	char path[64], state = 'X';

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);

	FILE *file = fopen(path, "re");

	if (!file)
		return true;
	if (fscanf(file, "%*d (puppet) %c", &state) != 1)
		state = 'X';
	fclose(file);
	return state == 'Z' || state == 'X';
}

/*
 * A call on a descriptor keeps a reference if there was another thread when it
 * began, which nobody can tell later: so first the others end.
 */
static void ends_await(const struct stage *stage, int process)
{
	for (int i = 0; i < stage->plan.thread_count; i++) {
		const struct plan_thread *thread = &stage->plan.threads[i];

		if (thread->process != process || thread->call != CALL_END)
			continue;
		while (!thread_has_ended(stage->board->tid[i]))
			usleep(1000);
	}
}

/* What a thread does once everybody has taken what he is to take. */
static void thread_act(struct stage *stage, int thread)
{
	int process = stage->plan.threads[thread].process;
	bool leads = thread == plan_leader(&stage->plan, process);

	if (stage->plan.processes[process].fate != FATE_LIVES) {
		if (leads)
			_exit(0);
		return;
	}
	if (leads)
		reap_children(stage, process);
	gate_pass(&stage->board->reaped);
	if (leads && !process)
		say_ready(stage);
	if (stage->plan.threads[thread].call == CALL_END)
		pthread_exit(NULL);
	ends_await(stage, process);
	act(stage, thread);
}

static void *thread_run(void *argument)
{
	struct role *role = argument;
	struct stage *stage = role->stage;
	bool early = takes_early(&stage->plan, role->thread);

	stage->board->tid[role->thread] = gettid();
	if (early && role->created) {
		take_all(stage, role->thread, true);
		sem_post(&stage->taken_early);
	}
	take_all(stage, role->thread, false);
	file_locks_take(stage, role->thread);
	semaphores_take(stage, role->thread);
	gate_pass(&stage->board->taken);
	thread_act(stage, role->thread);
	for (;;)
		sleep(1000);
	return NULL;
}

static void threads_start(struct stage *stage, int process, bool early)
{
	const struct plan *plan = &stage->plan;
	int leader = plan_leader(plan, process);
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	for (int i = leader + 1; i < plan->thread_count; i++) {
		if (plan->threads[i].process != process || takes_early(plan, i) != early)
			continue;
		stage->roles[i] = (struct role){ stage, i, true };
		if (pthread_create(&stage->handle[i], &attributes, thread_run, &stage->roles[i]))
			must(-1);
		if (early)
			sem_wait(&stage->taken_early);
	}
}

static void on_signal(int number)
{
	(void)number;
}

static void signals_catch(const struct plan_process *process)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	if (process->catches & CATCH_TERM)
		must(sigaction(SIGTERM, &action, NULL));
	if (process->catches & CATCH_CHILD)
		must(sigaction(SIGCHLD, &action, NULL));
	if (process->alarm)
		alarm(1000000);
}

/* Goes on as the program that the process is to be. */
static void become(const struct stage *stage, int process, char **argv)
{
	char path[PATH_MAX], board[16], number[16];
	char *folder = strdup(argv[0]);

	snprintf(path, sizeof(path), "%s/%s/puppet", dirname(dirname(folder)),
		 plan_build(&stage->plan.processes[process]));
	snprintf(number, sizeof(number), "%d", process);
	snprintf(board, sizeof(board), "%d", stage->board_fd);
	must(execl(path, path, argv[1], number, board, NULL));
}

/* Forks the process's children. Returns which process the caller is now. */
static int children_fork(const struct stage *stage, int process, char **argv)
{
	const struct plan_process *processes = stage->plan.processes;

	for (int i = process + 1; i < stage->plan.process_count; i++) {
		if (processes[i].parent != process || must(fork()))
			continue;
		if (processes[i].build != processes[process].build)
			become(stage, i, argv);
		return i;
	}
	return process;
}

/* What takes hold before there are children: it is copied into them. */
static void process_begin(struct stage *stage, int process)
{
	int leader = plan_leader(&stage->plan, process);

	stage->handle[leader] = pthread_self();
	stage->roles[leader] = (struct role){ stage, leader, false };
	take_all(stage, leader, true);
	threads_start(stage, process, true);
}

int main(int argc, char **argv)
{
	static struct stage stage;
	bool is_first = argc == 2;
	int error = is_first || argc == 4 ? plan_read(argv[1], &stage.plan) : -EINVAL;

	if (error) {
		fprintf(stderr, "puppet: wrong plan (%d)\n", error);
		return 2;
	}
	if (is_first) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGPIPE, SIG_IGN);
		stage_init(&stage);
	} else {
		stage_find(&stage, atoi(argv[3]));
	}

	int me, process = is_first ? 0 : atoi(argv[2]);

	do {
		me = process;
		process_begin(&stage, me);
		process = children_fork(&stage, me, argv);
	} while (process != me);
	stage_trim(&stage, me);
	signals_catch(&stage.plan.processes[me]);
	threads_start(&stage, me, false);
	thread_run(&stage.roles[plan_leader(&stage.plan, me)]);
}
