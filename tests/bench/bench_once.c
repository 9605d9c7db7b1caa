/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dltrace -p PID --once, the whole process, on two Python processes that have
 * taken two locks in opposite order and hung for longer than --min-wait.
 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/stats.h"

#define RUNS 15

extern char **environ;

static const char program[] = "import multiprocessing as mp\n"
			      "def take(first, second, both):\n"
			      "    with first:\n"
			      "        both.wait()\n"
			      "        with second: pass\n"
			      "one, two, both = mp.Lock(), mp.Lock(), mp.Barrier(2)\n"
			      "a = mp.Process(target=take, args=(one, two, both))\n"
			      "b = mp.Process(target=take, args=(two, one, both))\n"
			      "a.start(); b.start(); a.join()\n";

/* The path of dltrace, which is built two folders above the benchmarks. */
static void dltrace_path(const char *self, char *ret, size_t size)
{
	const char *slash = strrchr(self, '/');

	snprintf(ret, size, "%.*s/../../dltrace", slash ? (int)(slash - self) : 1,
		 slash ? self : ".");
}

static int run_silently(char **argv)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, argv[0], &actions, NULL, argv, environ))
		return -1;
	waitpid(pid, &status, 0);
	posix_spawn_file_actions_destroy(&actions);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(int argc, char **argv)
{
	char *python[] = { "/usr/bin/python3", "-c", (char *)program, NULL };
	char path[4096], number[16];
	char *dltrace[] = { path, "-p", number, "--once", "--json", NULL };
	posix_spawnattr_t attr;
	double wall[RUNS];
	pid_t pid;
	int found = 0;

	(void)argc;
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
	if (posix_spawn(&pid, python[0], NULL, &attr, python, environ)) {
		perror("bench_once: python3");
		return 1;
	}
	dltrace_path(argv[0], path, sizeof(path));
	snprintf(number, sizeof(number), "%d", pid);
	sleep(3); /* to hang, and for longer than --min-wait */
	for (int i = 0; i < RUNS; i++) {
		double began = clock_ms(CLOCK_MONOTONIC);

		found += run_silently(dltrace) == 3;
		wall[i] = clock_ms(CLOCK_MONOTONIC) - began;
	}
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
	stats_head("an answer at once");
	printf("  found in %d of %d runs\n", found, RUNS);
	stats_print("  dltrace -p PID --once, whole process", wall, RUNS, "ms", "150");
	return found != RUNS;
}
