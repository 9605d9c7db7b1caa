/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

#include "options.h"
#include "targets.h"

static int check(uint32_t pid, char *line, size_t size)
{
	uint32_t pids[] = { (uint32_t)getpid(), pid };

	return targets_check(pids, 2, line, size);
}

Test(targets, own_process_is_fine_whatever_its_name)
{
	uint32_t pid = (uint32_t)getpid();
	char line[128];

	prctl(PR_SET_NAME, ") Z 1 2\n)");
	cr_expect_eq(targets_check(&pid, 1, line, sizeof(line)), 0);
	cr_expect_str_empty(line);
}

Test(targets, unknown_process_is_not_there)
{
	char line[128];

	cr_expect_eq(check(INT32_MAX, line, sizeof(line)), STATUS_NO_TARGET);
	cr_expect(strstr(line, "2147483647"));
}

Test(targets, kernel_thread_is_refused)
{
	char line[128];

	if (access("/proc/2/exe", F_OK) == 0 || getpgid(2) != 0)
		cr_skip_test("no kernel threads here");
	cr_expect_eq(check(2, line, sizeof(line)), STATUS_USAGE);
	cr_expect(strstr(line, "kernel thread"));
}

Test(targets, zombie_has_ended)
{
	siginfo_t info;
	char line[128];
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	cr_expect_eq(check((uint32_t)pid, line, sizeof(line)), STATUS_NO_TARGET);
	cr_expect(strstr(line, "has ended"));
	waitpid(pid, NULL, 0);
}

static int check_own_thread(void *unused)
{
	uint32_t pids[] = { (uint32_t)gettid() };
	char line[128];

	(void)unused;
	cr_expect_eq(targets_check(pids, 1, line, sizeof(line)), 0);
	cr_expect_eq(pids[0], (uint32_t)getpid());
	cr_expect(strstr(line, "is a thread of process"));
	return 0;
}

Test(targets, thread_stands_for_its_process)
{
	thrd_t thread;

	cr_assert_eq(thrd_create(&thread, check_own_thread, NULL), thrd_success);
	thrd_join(thread, NULL);
}
