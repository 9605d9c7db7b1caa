/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A look over 20,000 blocked threads, all on one mutex.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/look.h"
#include "probe/live.h"
#include "source/bpf.h"
#include "tests/bench/stats.h"

#define THREADS 20000
#define LOOKS	15

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *wait_for_mutex(void *unused)
{
	pthread_mutex_lock(&mutex);
	return unused;
}

/* Never returns; says how many threads there are once they are. */
static void crowd(int ready_fd)
{
	pthread_attr_t attr;
	pthread_t thread;
	int count = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	pthread_mutex_lock(&mutex);
	while (count < THREADS && !pthread_create(&thread, &attr, wait_for_mutex, NULL))
		count++;
	if (write(ready_fd, &count, sizeof(count)) != sizeof(count))
		_exit(1);
	for (;;)
		pause();
}

static int measure(struct bpf_source *source, struct live_probe *live, int threads)
{
	double wall[LOOKS], cpu[LOOKS];
	uint32_t tasks = 0;

	for (int i = 0; i < LOOKS; i++) {
		struct look look;
		double began = clock_ms(CLOCK_MONOTONIC), used = clock_ms(CLOCK_PROCESS_CPUTIME_ID);

		live_probe_new_look(live);
		if (bpf_source_look(source, live_probe_view(live), &look)) {
			fprintf(stderr, "bench_look: the look failed\n");
			return 1;
		}
		cpu[i] = clock_ms(CLOCK_PROCESS_CPUTIME_ID) - used;
		wall[i] = clock_ms(CLOCK_MONOTONIC) - began;
		tasks = look.task_count;
		look_deinit(&look);
	}
	stats_head("a look at all tasks");
	printf("  %u tasks, of which %d threads wait for one mutex\n", tasks, threads);
	stats_print("  time", wall, LOOKS, "ms", "50");
	stats_print("  time on a CPU", cpu, LOOKS, "ms", "");
	return 0;
}

static int open_and_measure(int threads)
{
	struct bpf_source_options options = { .attach = BPF_ATTACH_NONE };
	struct live_probe_options from_proc = { .files_link_fd = -1,
						.sockets_link_fd = -1,
						.maps_link_fd = -1 };
	struct bpf_source *source;
	char why[BPF_WHY_LEN];
	int status = 1;

	if (bpf_source_open(&options, &source, why, sizeof(why))) {
		fprintf(stderr, "bench_look: %s\n", why);
		return 1;
	}

	struct live_probe *live = live_probe_new(&from_proc);

	if (live)
		status = measure(source, live, threads);
	live_probe_free(live);
	bpf_source_close(source);
	return status;
}

int main(void)
{
	int ready[2], threads = 0;
	pid_t pid;

	if (pipe(ready) || (pid = fork()) < 0) {
		perror("bench_look");
		return 1;
	}
	if (!pid)
		crowd(ready[1]);
	close(ready[1]);

	int status = read(ready[0], &threads, sizeof(threads)) != sizeof(threads);

	sleep(2); /* for the last of them to go to sleep */
	if (!status)
		status = open_and_measure(threads);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return status;
}
