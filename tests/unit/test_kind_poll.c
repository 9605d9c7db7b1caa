/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define SET    0x7ffe0000
#define STRONG (EDGE_CAN_END | EDGE_HOLDER)

/* One end of the pipe with that inode; process 20 has the other. */
static struct open_file pipe_end(uint32_t pid, int fd, uint64_t inode, uint32_t mode)
{
	return (struct open_file){
		.description = inode * 10 + mode,
		.table = 0x2000 + pid,
		.inode = inode,
		.dev = FAKE_DEV,
		.pid = pid,
		.fd = fd,
		.kind = FILE_PIPE,
		.mode = mode,
		.refs = 1,
		.readers = 1,
		.writers = 1,
		.size = 16,
	};
}

/* ppoll without timeout and mask, which every architecture has. */
static struct look_task *polling(struct fake_system *system, const struct pollfd *set,
				 uint32_t count)
{
	struct look_task *task = fake_task(system, 10, 10);

	fake_call(task, SYS_ppoll, SET, count, 0, 0);
	fake_memory(system, 10, SET, set, count * sizeof(*set));
	fake_task(system, 20, 20);
	return task;
}

static void add_pipe(struct fake_system *system, struct open_file *two)
{
	fake_descriptor(system, 10, two[0].fd, &two[0]);
	fake_holders(system, FAKE_DEV, two[0].inode, two, 2);
}

Test(kind_poll, read_end_waits_for_its_writers)
{
	struct fake_system system = { 0 };
	struct pollfd set[] = { { 3, POLLIN, 0 } };
	struct open_file two[] = { pipe_end(10, 3, 500, 1), pipe_end(20, 4, 500, 2) };

	two[0].refs = 2;
	polling(&system, set, 1);
	add_pipe(&system, two);

	struct fake_wait wait = fake_resolve(&system, &poll_kind, 10, COST_TABLE);

	cr_assert_eq(wait.next, COST_DONE);
	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].relation, RELATION_WRITER);
	cr_assert_eq(wait.edges[0].flags & STRONG, STRONG);
	fake_system_deinit(&system);
}

Test(kind_poll, each_price_is_asked_in_turn)
{
	struct fake_system system = { 0 };
	struct pollfd set[] = { { 3, POLLIN, 0 } };
	struct open_file two[] = { pipe_end(10, 3, 500, 1), pipe_end(20, 4, 500, 2) };

	polling(&system, set, 1);
	add_pipe(&system, two);
	cr_expect_eq(fake_resolve(&system, &poll_kind, 10, COST_LOOK).next, COST_READ);
	cr_expect_eq(fake_resolve(&system, &poll_kind, 10, COST_READ).next, COST_TABLE);
	fake_system_deinit(&system);
}

Test(kind_poll, any_of_its_pipes_ends_it)
{
	struct fake_system system = { 0 };
	struct pollfd set[] = { { 3, POLLIN, 0 }, { -1, POLLIN, 0 }, { 5, POLLOUT, 0 } };
	struct open_file one[] = { pipe_end(10, 3, 500, 1), pipe_end(20, 4, 500, 2) };
	struct open_file two[] = { pipe_end(10, 5, 600, 2), pipe_end(20, 6, 600, 1) };

	two[0].used = two[1].used = 16;
	polling(&system, set, 3);
	add_pipe(&system, one);
	add_pipe(&system, two);

	struct fake_wait wait = fake_resolve(&system, &poll_kind, 10, COST_TABLE);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 2);
	cr_assert_eq(wait.edges[0].relation, RELATION_WRITER);
	cr_assert_eq(wait.edges[1].relation, RELATION_READER);
	fake_system_deinit(&system);
}

Test(kind_poll, data_ends_it_only_if_it_was_asked_for)
{
	static const struct {
		short events;
		uint32_t open;
	} rows[] = { { POLLIN, OPEN_BIT(OPEN_BUSY) }, { 0, 0 } };

	for (int i = 0; i < 2; i++) {
		struct fake_system system = { 0 };
		struct pollfd set[] = { { 3, rows[i].events, 0 } };
		struct open_file two[] = { pipe_end(10, 3, 500, 1), pipe_end(20, 4, 500, 2) };

		two[0].used = two[1].used = 1;
		polling(&system, set, 1);
		add_pipe(&system, two);
		cr_expect_eq(fake_resolve(&system, &poll_kind, 10, COST_TABLE).open, rows[i].open);
		fake_system_deinit(&system);
	}
}

Test(kind_poll, one_device_opens_it_before_any_table_is_read)
{
	struct fake_system system = { 0 };
	struct pollfd set[] = { { 3, POLLIN, 0 }, { 5, POLLIN, 0 } };
	struct open_file two[] = { pipe_end(10, 3, 500, 1), pipe_end(20, 4, 500, 2) };
	struct open_file device = { .kind = FILE_DEVICE };

	polling(&system, set, 2);
	add_pipe(&system, two);
	fake_descriptor(&system, 10, 5, &device);

	struct fake_wait wait = fake_resolve(&system, &poll_kind, 10, COST_READ);

	cr_assert_eq(wait.open, OPEN_BIT(OPEN_DEVICE));
	cr_assert_eq(wait.next, COST_DONE);
	fake_system_deinit(&system);
}

Test(kind_poll, signalfd_and_fifo_are_open_in_spite_of_holders)
{
	for (int i = 0; i < 2; i++) {
		struct fake_system system = { 0 };
		struct pollfd set[] = { { 3, POLLIN, 0 }, { 5, POLLIN, 0 } };
		struct open_file two[] = { pipe_end(10, 3, 500, 1), pipe_end(20, 4, 500, 2) };
		struct open_file other = { .kind = i ? FILE_FIFO : FILE_SIGNALFD };

		polling(&system, set, 2);
		add_pipe(&system, two);
		fake_descriptor(&system, 10, 5, &other);
		cr_expect(fake_resolve(&system, &poll_kind, 10, COST_TABLE).open & ~OPEN_SOFT_HELD);
		fake_system_deinit(&system);
	}
}

Test(kind_poll, pidfd_leads_to_its_process)
{
	struct fake_system system = { 0 };
	struct pollfd set[] = { { 3, POLLIN, 0 } };
	struct open_file file = { .kind = FILE_PIDFD, .target = 20 };

	polling(&system, set, 1);
	fake_descriptor(&system, 10, 3, &file);
	system.tasks[1].ppid = 10;

	struct fake_wait wait = fake_resolve(&system, &poll_kind, 10, COST_READ);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edges[0].target, fake_process(&system, 20));
	cr_assert_eq(wait.edges[0].relation, RELATION_CHILD);
	fake_system_deinit(&system);
}

Test(kind_poll, pidfd_of_the_dead_is_ready)
{
	struct fake_system system = { 0 };
	struct pollfd set[] = { { 3, POLLIN, 0 } };
	struct open_file file = { .kind = FILE_PIDFD, .target = 99 };

	polling(&system, set, 1);
	fake_descriptor(&system, 10, 3, &file);
	cr_assert_eq(fake_resolve(&system, &poll_kind, 10, COST_READ).open, OPEN_BIT(OPEN_BUSY));
	fake_system_deinit(&system);
}

Test(kind_poll, of_nothing_without_a_timeout_is_idle)
{
	struct fake_system system = { 0 };

	polling(&system, NULL, 0);

	struct fake_wait wait = fake_resolve(&system, &poll_kind, 10, COST_READ);

	cr_assert(wait.idle);
	cr_assert_eq(wait.open, 0);
	fake_system_deinit(&system);
}

Test(kind_poll, timed_one_is_open_at_once)
{
	struct fake_system system = { 0 };
	struct pollfd set[] = { { 3, POLLIN, 0 } };

	polling(&system, set, 1)->args[2] = 0x7ffe1000;

	struct fake_wait wait = fake_resolve(&system, &poll_kind, 10, COST_LOOK);

	cr_assert_eq(wait.open, OPEN_BIT(OPEN_TIMED));
	cr_assert_eq(wait.next, COST_DONE);
	fake_system_deinit(&system);
}

#ifdef SYS_poll
Test(kind_poll, timeout_of_poll_is_a_signed_number)
{
	static const struct {
		uint64_t timeout;
		uint32_t open;
	} rows[] = { { 0xffffffff, 0 }, { 1000, OPEN_BIT(OPEN_TIMED) } };

	for (int i = 0; i < 2; i++) {
		struct fake_system system = { 0 };
		struct pollfd set[] = { { 3, POLLIN, 0 } };

		fake_call(polling(&system, set, 1), SYS_poll, SET, 1, rows[i].timeout, 0);
		cr_expect_eq(fake_resolve(&system, &poll_kind, 10, COST_LOOK).open, rows[i].open);
		fake_system_deinit(&system);
	}
}
#endif

Test(kind_poll, signal_that_the_call_unblocks_opens_it)
{
	static const uint32_t open[] = { 0, OPEN_BIT(OPEN_AWAITED_SIGNAL) };

	for (int mask = 0; mask < 2; mask++) {
		struct fake_system system = { 0 };
		struct pollfd set[] = { { 3, POLLIN, 0 } };
		struct open_file two[] = { pipe_end(10, 3, 500, 1), pipe_end(20, 4, 500, 2) };
		struct look_task *task = polling(&system, set, 1);

		task->caught = task->blocked_signals = 1ull << (SIGTERM - 1);
		task->args[3] = mask ? 0x7ffe2000 : 0;
		add_pipe(&system, two);
		cr_expect_eq(fake_resolve(&system, &poll_kind, 10, COST_TABLE).open, open[mask]);
		fake_system_deinit(&system);
	}
}

Test(kind_poll, process_with_a_pipe_to_itself_is_woken_by_its_handlers)
{
	for (int itself = 0; itself < 2; itself++) {
		struct fake_system system = { 0 };
		struct pollfd set[] = { { 3, POLLIN, 0 }, { 5, POLLIN, 0 } };
		struct open_file self[] = { pipe_end(10, 3, 500, 1), pipe_end(10, 4, 500, 2) };
		struct open_file child[] = { pipe_end(10, 5, 600, 1), pipe_end(20, 4, 600, 2) };

		polling(&system, set + !itself, 1 + itself)->caught = 1ull << (SIGTERM - 1);
		add_pipe(&system, self);
		add_pipe(&system, child);

		struct fake_wait wait = fake_resolve(&system, &poll_kind, 10, COST_TABLE);

		cr_expect_eq(wait.open, OPEN_BIT(OPEN_SIGNAL));
		cr_expect_eq(wait.held, !itself);
		fake_system_deinit(&system);
	}
}

Test(kind_poll, unreadable_set_is_open)
{
	struct fake_system system = { 0 };

	fake_call(fake_task(&system, 10, 10), SYS_ppoll, SET, 1, 0, 0);
	cr_assert_eq(fake_resolve(&system, &poll_kind, 10, COST_READ).open,
		     OPEN_BIT(OPEN_UNREADABLE));
	fake_system_deinit(&system);
}

Test(kind_poll, too_large_a_set_is_open)
{
	struct fake_system system = { 0 };

	fake_call(fake_task(&system, 10, 10), SYS_ppoll, SET, 4097, 0, 0);
	cr_assert_eq(fake_resolve(&system, &poll_kind, 10, COST_READ).open,
		     OPEN_BIT(OPEN_UNREADABLE));
	fake_system_deinit(&system);
}

Test(kind_poll, set_larger_than_one_read_is_read_whole)
{
	static struct pollfd set[1000];
	struct fake_system system = { 0 };
	struct open_file device = { .kind = FILE_DEVICE };

	for (int i = 0; i < 1000; i++)
		set[i].fd = -1;
	set[999].fd = 9;
	polling(&system, set, 1000);
	fake_descriptor(&system, 10, 9, &device);
	cr_assert_eq(fake_resolve(&system, &poll_kind, 10, COST_READ).open, OPEN_BIT(OPEN_DEVICE));
	fake_system_deinit(&system);
}

/* pselect6 with one bit in the set of those to be read. */
static struct fake_wait selecting(struct fake_system *system, uint64_t timeout)
{
	static const uint64_t bits[] = { 0, 1ull << 6 };
	static struct open_file two[2];
	struct look_task *task = fake_task(system, 10, 10);

	two[0] = pipe_end(10, 70, 500, 1);
	two[1] = pipe_end(20, 4, 500, 2);
	fake_task(system, 20, 20);
	fake_call(task, SYS_pselect6, 71, SET, 0, 0);
	task->args[4] = timeout;
	fake_memory(system, 10, SET, bits, sizeof(bits));
	add_pipe(system, two);
	cr_assert(fake_recognise(system, &select_kind, 10));
	return fake_resolve(system, &select_kind, 10, COST_TABLE);
}

Test(kind_poll, select_waits_for_the_writers_of_its_bits)
{
	struct fake_system system = { 0 };
	struct fake_wait wait = selecting(&system, 0);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].relation, RELATION_WRITER);
	fake_system_deinit(&system);
}

Test(kind_poll, timed_select_is_open)
{
	struct fake_system system = { 0 };

	cr_assert_eq(selecting(&system, 0x7ffe1000).open, OPEN_BIT(OPEN_TIMED));
	fake_system_deinit(&system);
}
