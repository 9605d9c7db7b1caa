/* SPDX-License-Identifier: BSD-2-Clause */
/* What /proc/PID/stat says, whatever the process calls itself. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bpf/event.h"
#include "core/probe.h"
#include "source/proc_task.h"

/* include/linux/sched.h: PF_FORKNOEXEC, PF_KTHREAD */
#define FORKED	0x40
#define KTHREAD 0x200000

/* A whole line as the kernel writes it, fs/proc/array.c: do_task_stat(). */
static const char *stat_line(const char *name, char state, unsigned int flags)
{
	static char line[512];

	snprintf(line, sizeof(line),
		 "4711 (%s) %c 4700 4711 4711 0 -1 %u 10 0 0 0 1 2 0 0 20 0 3 0 123400 1000 200 "
		 "18446744073709551615 1 1 0 0 0 0 0 4096 81922 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 "
		 "9\n",
		 name, state, flags);
	return line;
}

static struct look_task parse(const char *line)
{
	struct look_task task = { 0 };

	cr_assert_eq(proc_stat_parse(line, &task), 0, "%s", line);
	return task;
}

Test(proc_task, each_field_is_in_its_place)
{
	struct look_task task = parse(stat_line("app", 'S', 4194560));

	cr_expect_str_eq(task.name, "app");
	cr_expect_eq(task.ppid, 4700);
	cr_expect_eq(task.threads, 3);
	cr_expect_eq(task.start_ns, 123400 * (1000000000ull / (uint64_t)sysconf(_SC_CLK_TCK)));
	cr_expect_eq(task.exit_code, 9);
	cr_expect_eq(task.flags, TASK_FROM_PROC | TASK_EXECED);
}

Test(proc_task, name_ends_at_the_last_parenthesis)
{
	static const char *const names[] = { ")",	  "(",	  "()", ") S 1 2 3",
					     "a) Z 1 (b", "x\ny", " ",	"" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct look_task task = parse(stat_line(names[i], 'S', 0));

		cr_expect_str_eq(task.name, names[i]);
		cr_expect_eq(task.ppid, 4700, "'%s' hides the parent", names[i]);
		cr_expect_eq(task.flags, TASK_FROM_PROC | TASK_EXECED, "'%s' chooses its state",
			     names[i]);
	}
}

/* /proc shows up to 63 bytes for workers of the kernel (wq_worker_comm()). */
Test(proc_task, long_name_is_cut_and_ended)
{
	struct look_task task = { 0 };

	memset(task.name, 'x', sizeof(task.name));
	cr_assert_eq(proc_stat_parse(stat_line("kworker/u8:2-events_unbound", 'I', KTHREAD), &task),
		     0);
	cr_expect_str_eq(task.name, "kworker/u8:2-ev");
	cr_expect(task.flags & TASK_KTHREAD);
}

Test(proc_task, state_becomes_flags)
{
	cr_expect_eq(parse(stat_line("a", 'Z', FORKED)).flags, TASK_FROM_PROC | TASK_DEAD);
	cr_expect_eq(parse(stat_line("a", 'X', FORKED)).flags, TASK_FROM_PROC | TASK_DEAD);
	cr_expect_eq(parse(stat_line("a", 'T', FORKED)).flags, TASK_FROM_PROC | TASK_STOPPED);
	cr_expect_eq(parse(stat_line("a", 't', FORKED)).flags, TASK_FROM_PROC | TASK_TRACED);
	cr_expect_eq(parse(stat_line("a", 'D', FORKED)).flags, TASK_FROM_PROC);
}

Test(proc_task, what_is_no_stat_line_is_refused_and_nothing_is_said)
{
	static const char *const lines[] = {
		"",	 "1",	   "1 (a",     "1 a) S 2", "1 )a( S 2",
		"1 (a)", "1 (a) ", "1 (a)S 2", "1 (a) S",  "1 (a) S 2 3 4"
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct look_task task = { .ppid = 7, .name = "before" };

		cr_expect_eq(proc_stat_parse(lines[i], &task), -EPROTO, "'%s'", lines[i]);
		cr_expect_eq(task.ppid, 7);
		cr_expect_str_eq(task.name, "before");
	}
}

/* Every beginning of a line is refused, but for those that only lack digits of the last number. */
Test(proc_task, cut_line_is_refused)
{
	char line[512];
	size_t length = (size_t)snprintf(line, sizeof(line), "%s", stat_line("app", 'S', 0));

	for (size_t cut = 0; cut < length - 2; cut++) {
		struct look_task task = { 0 };

		line[cut] = '\0';
		cr_expect_eq(proc_stat_parse(line, &task), -EPROTO, "cut at %zu", cut);
		snprintf(line, sizeof(line), "%s", stat_line("app", 'S', 0));
	}
}

Test(proc_task, call_tells_its_arguments_and_stack)
{
	struct look_task task = { 0 };

	cr_assert(proc_syscall_parse("202 0x7f01 0x80 0x2 0x0 0x0 0x5 0x7ffc0000a000 0x7f02\n",
				     &task));
	cr_expect_eq(task.call, 202);
	cr_expect_eq(task.args[0], 0x7f01);
	cr_expect_eq(task.args[5], 5);
	cr_expect_eq(task.sp, 0x7ffc0000a000);
	cr_expect_eq(task.ip, 0x7f02);
	cr_expect_eq(task.flags, 0);
}

Test(proc_task, small_stack_is_that_of_a_32_bit_program)
{
	struct look_task task = { 0 };

	cr_assert(proc_syscall_parse("240 0x1 0x2 0x3 0x4 0x5 0x6 0xffd0a000 0x8049000\n", &task));
	cr_expect(task.flags & TASK_COMPAT);
}

Test(proc_task, no_call_is_none)
{
	struct look_task task = { .call = -1 };

	cr_expect_not(proc_syscall_parse("running\n", &task));
	cr_expect_not(proc_syscall_parse("-1 0x7ffc0000a000 0x7f02\n", &task));
	cr_expect_not(proc_syscall_parse("202 0x7f01 0x80\n", &task));
	cr_expect_not(proc_syscall_parse("", &task));
	cr_expect_eq(task.call, -1);
}

/* Answers with the text, or the error. */
struct oracle {
	const char *text;
	int error;
};

static void oracle_ask(void *context, const struct question *question, struct answer *ret)
{
	const struct oracle *oracle = context;

	cr_assert_eq(question->type, ASK_STATE);
	*ret = (struct answer){ .error = oracle->error,
				.count = (uint32_t)strlen(oracle->text) + 1,
				.items = oracle->text };
}

/* This process, whose state somebody else tells. */
static struct look_task read_with(struct oracle oracle)
{
	const struct probe probe = { .ask = oracle_ask, .context = &oracle };
	struct look_task task = { 0 };
	uint32_t pid = (uint32_t)getpid();

	cr_assert_eq(proc_task_read_call(&probe, pid, pid, &task), 0);
	return task;
}

Test(proc_task, state_tells_call_namespace_and_ring)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "%s0 0x3 0x10 0x20 0x0 0x0 0x0 0x7ffc00000000 0x1\npid:[77]\n%s",
		 stat_line("x\n)\ny", 'S', 0), "io_uring");

	struct look_task task = read_with((struct oracle){ .text = text });

	cr_expect_eq(task.call, 0);
	cr_expect_eq(task.args[0], 3);
	cr_expect_eq(task.pid_ns, 77);
	cr_expect(task.flags & TASK_ASYNC_IO);
	cr_expect_not(task.flags & TASK_FROM_PROC);
}

Test(proc_task, state_without_a_call_is_no_more_than_a_task)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s\n\n", stat_line("app", 'S', 0));

	struct look_task task = read_with((struct oracle){ .text = text });

	cr_expect_eq(task.call, -1);
	cr_expect(task.flags & TASK_FROM_PROC);
	cr_expect_not(task.flags & TASK_ASYNC_IO);
}

Test(proc_task, state_that_does_not_come_leaves_a_task_that_can_go_on)
{
	struct look_task task = read_with((struct oracle){ .text = "", .error = -ETIMEDOUT });

	cr_expect_eq(task.ppid, (uint32_t)getppid());
	cr_expect_eq(task.call, -1);
	cr_expect(task.flags & TASK_FROM_PROC);
	cr_expect_neq(task.name[0], 0);
}
