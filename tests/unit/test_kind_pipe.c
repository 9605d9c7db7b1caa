/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <signal.h>
#include <sys/syscall.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define INODE  500
#define READS  1
#define WRITES 2
#define STRONG (EDGE_CAN_END | EDGE_HOLDER)

/* A descriptor of the pipe as the files pass shows it: description 1 reads, 2 writes. */
static struct open_file end(uint32_t pid, int fd, uint32_t mode)
{
	return (struct open_file){
		.description = mode,
		.table = 0x2000 + pid,
		.inode = INODE,
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

/* Process 10 reads its descriptor 3; `files` are all holders of the pipe. */
static struct fake_wait reading(struct fake_system *system, const struct open_file *files,
				uint32_t count, enum cost budget)
{
	fake_call(fake_task(system, 10, 10), SYS_read, 3, 0, 1, 0);
	fake_task(system, 20, 20);
	fake_task(system, 30, 30);
	fake_descriptor(system, 10, 3, &files[0]);
	fake_holders(system, FAKE_DEV, INODE, files, count);
	return fake_resolve(system, &pipe_read_kind, 10, budget);
}

static uint32_t open_of(const struct open_file *files, uint32_t count)
{
	struct fake_system system = { 0 };
	uint32_t open = reading(&system, files, count, COST_TABLE).open;

	fake_system_deinit(&system);
	return open;
}

Test(kind_pipe, reader_waits_for_whoever_holds_the_write_end)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { end(10, 3, READS), end(20, 4, WRITES) };
	struct fake_wait wait = reading(&system, files, 2, COST_TABLE);
	const struct edge *edge = fake_group_edge(&system, &wait, GROUP_WRITERS);

	cr_assert_eq(wait.next, COST_DONE);
	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(edge->relation, RELATION_WRITER);
	cr_assert_eq(edge->flags & STRONG, STRONG);
	cr_assert_eq(fake_group(&system, edge)->member_count, 1);
	fake_system_deinit(&system);
}

Test(kind_pipe, says_nothing_before_the_tables_are_read)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { end(10, 3, READS), end(20, 4, WRITES) };
	struct fake_wait wait = reading(&system, files, 2, COST_LOOK);

	cr_assert_eq(wait.next, COST_READ);
	cr_assert_eq(wait.open, 0);
	cr_assert_eq(fake_resolve(&system, &pipe_read_kind, 10, COST_READ).next, COST_TABLE);
	fake_system_deinit(&system);
}

Test(kind_pipe, own_write_end_makes_nobody_responsible)
{
	struct fake_system alone = { 0 }, shared = { 0 };
	struct open_file own[] = { end(10, 3, READS), end(10, 4, WRITES) };
	struct open_file both[] = { end(10, 3, READS), end(10, 4, WRITES), end(20, 4, WRITES) };

	both[1].refs = both[2].refs = 2;

	struct fake_wait self = reading(&alone, own, 2, COST_TABLE);
	struct fake_wait other = reading(&shared, both, 3, COST_TABLE);

	cr_expect_eq(self.open, 0);
	cr_expect_eq(self.edges[0].flags, EDGE_CAN_END);
	cr_expect_not(self.held, "a handler may write to the pipe");
	cr_expect_eq(other.open, 0);
	cr_expect_eq(other.edges[0].flags, STRONG | EDGE_NOT_SELF);
	cr_expect(other.held);
	fake_system_deinit(&alone);
	fake_system_deinit(&shared);
}

Test(kind_pipe, data_in_it_is_a_wakeup_under_way)
{
	struct open_file files[] = { end(10, 3, READS), end(20, 4, WRITES) };

	files[0].used = files[1].used = 1;
	cr_assert_eq(open_of(files, 2), OPEN_BIT(OPEN_BUSY));
}

Test(kind_pipe, without_writers_the_read_would_have_returned)
{
	struct open_file files[] = { end(10, 3, READS) };

	cr_assert(open_of(files, 1) & OPEN_BIT(OPEN_BUSY));
}

Test(kind_pipe, writing_description_that_was_not_found_opens_it)
{
	struct open_file files[] = { end(10, 3, READS), end(20, 4, WRITES) };

	files[0].writers = files[1].writers = 2;
	cr_assert_eq(open_of(files, 2), OPEN_BIT(OPEN_CENSUS));
}

Test(kind_pipe, descriptor_in_flight_opens_it)
{
	struct open_file files[] = { end(10, 3, READS), end(20, 4, WRITES) };

	files[1].refs = 2;
	cr_assert_eq(open_of(files, 2), OPEN_BIT(OPEN_CENSUS));
}

Test(kind_pipe, fork_adds_descriptors_to_one_description)
{
	struct open_file files[] = { end(10, 3, READS), end(20, 4, WRITES), end(30, 4, WRITES) };

	files[1].refs = files[2].refs = 2;
	cr_assert_eq(open_of(files, 3), 0);
}

Test(kind_pipe, processes_with_one_table_hold_one_descriptor)
{
	struct open_file files[] = { end(10, 3, READS), end(20, 4, WRITES), end(30, 4, WRITES) };

	files[2].table = files[1].table;
	cr_assert_eq(open_of(files, 3), 0);
}

Test(kind_pipe, numbers_unknown_leave_it_uncounted)
{
	struct open_file files[] = { end(10, 3, READS), end(20, 4, WRITES) };

	files[0].refs = files[1].refs = 0;
	files[0].writers = files[1].writers = 0;
	cr_assert_eq(open_of(files, 2), OPEN_BIT(OPEN_UNCOUNTED));
}

Test(kind_pipe, holder_that_the_look_does_not_know_is_new)
{
	struct open_file files[] = { end(10, 3, READS), end(40, 4, WRITES) };

	cr_assert(open_of(files, 2) & OPEN_BIT(OPEN_BUSY));
}

/* A thread of process 20 is in a call on the write end, which its table shares. */
static uint32_t open_with_call(int call, uint64_t a, uint64_t b, const void *pollfd, uint32_t refs)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { end(10, 3, READS), end(20, 4, WRITES) };

	files[1].refs = refs;
	fake_call(fake_task(&system, 20, 21), call, a, b, -1, 0);
	if (pollfd)
		fake_memory(&system, 20, a, pollfd, 8);

	uint32_t open = reading(&system, files, 2, COST_TABLE).open;

	fake_system_deinit(&system);
	return open;
}

Test(kind_pipe, blocked_call_on_a_shared_table_holds_a_reference)
{
	cr_expect_eq(open_with_call(SYS_write, 4, 0, NULL, 2), 0);
	cr_expect_eq(open_with_call(SYS_write, 5, 0, NULL, 2), OPEN_BIT(OPEN_CENSUS), "other fd");
	cr_expect_eq(open_with_call(SYS_write, 4, 0, NULL, 3), OPEN_BIT(OPEN_CENSUS), "one more");
}

/* Process 20 itself writes; who else uses its table, and which does the call use? */
static uint32_t open_with_own_call(uint64_t table, uint32_t users)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { end(10, 3, READS), end(20, 4, WRITES) };
	struct look_task *thread = fake_task(&system, 20, 21);

	files[1].refs = 2;
	fake_call(thread, SYS_write, 4, 0, 1, 0);
	thread->files = table;
	thread->files_users = users;

	uint32_t open = reading(&system, files, 2, COST_TABLE).open;

	fake_system_deinit(&system);
	return open;
}

Test(kind_pipe, call_on_a_table_of_another_holds_none)
{
	cr_expect_eq(open_with_own_call(0x2000 + 20, 2), 0);
	cr_expect_eq(open_with_own_call(0x3000, 2), OPEN_BIT(OPEN_CENSUS), "another table");
}

Test(kind_pipe, call_on_a_table_no_longer_shared_may_hold_one)
{
	cr_expect_eq(open_with_own_call(0x2000 + 20, 1), OPEN_BIT(OPEN_UNCOUNTED));
	cr_expect_eq(open_with_call(SYS_write, 4, 0, NULL, 4), OPEN_BIT(OPEN_CENSUS), "not two");
}

#ifdef SYS_poll
Test(kind_pipe, sleeping_poll_holds_a_reference)
{
	static const struct {
		int32_t fd;
		int16_t events[2];
	} pollfd = { 4, { 0 } };

	cr_assert_eq(open_with_call(SYS_poll, 0x7ffe0000, 1, &pollfd, 2), 0);
}
#endif

static struct fake_wait writing(struct fake_system *system, uint32_t used)
{
	static struct open_file files[2];

	files[0] = end(10, 3, WRITES);
	files[1] = end(20, 4, READS);
	files[0].used = files[1].used = used;
	fake_call(fake_task(system, 10, 10), SYS_write, 3, 0, 100000, 0);
	fake_task(system, 20, 20);
	fake_descriptor(system, 10, 3, &files[0]);
	fake_holders(system, FAKE_DEV, INODE, files, 2);
	return fake_resolve(system, &pipe_write_kind, 10, COST_TABLE);
}

Test(kind_pipe, writer_waits_for_whoever_holds_the_read_end)
{
	struct fake_system system = { 0 };
	struct fake_wait wait = writing(&system, 16);
	const struct edge *edge = fake_group_edge(&system, &wait, GROUP_READERS);

	cr_assert_eq(wait.open, 0);
	cr_assert(edge);
	cr_assert_eq(edge->relation, RELATION_READER);
	fake_system_deinit(&system);
}

Test(kind_pipe, room_in_it_is_a_wakeup_under_way)
{
	struct fake_system system = { 0 };

	cr_assert_eq(writing(&system, 15).open, OPEN_BIT(OPEN_BUSY));
	fake_system_deinit(&system);
}

Test(kind_pipe, handler_may_write)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { end(10, 3, READS), end(20, 4, WRITES) };
	struct look_task *task = fake_task(&system, 10, 11);

	fake_call(task, SYS_read, 3, 0, 1, 0);
	task->caught = 1ull << (SIGTERM - 1);
	reading(&system, files, 2, COST_LOOK);
	cr_assert_eq(fake_resolve(&system, &pipe_read_kind, 11, COST_TABLE).open,
		     OPEN_BIT(OPEN_SIGNAL));
	fake_system_deinit(&system);
}

Test(kind_pipe, other_files_lead_out_of_the_model)
{
	static const struct {
		enum file_kind kind;
		enum open_reason reason;
	} rows[] = {
		{ FILE_TERMINAL, OPEN_TERMINAL },
		{ FILE_DEVICE, OPEN_DEVICE },
		{ FILE_REGULAR, OPEN_IN_KERNEL },
		{ FILE_FIFO, OPEN_NAME },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake_system system = { 0 };
		struct open_file file = { .kind = rows[i].kind };

		fake_call(fake_task(&system, 10, 10), SYS_read, 3, 0, 1, 0);
		fake_descriptor(&system, 10, 3, &file);

		struct fake_wait wait = fake_resolve(&system, &pipe_read_kind, 10, COST_READ);

		cr_expect_eq(wait.next, COST_DONE);
		cr_expect_eq(wait.kind, WAIT_OTHER);
		cr_expect(wait.open & OPEN_BIT(rows[i].reason), "file kind %d", rows[i].kind);
		cr_expect(wait.open & ~OPEN_SOFT, "open by custom too");
		fake_system_deinit(&system);
	}
}

Test(kind_pipe, other_kinds_of_file_are_other_kinds_waits)
{
	static const struct {
		enum file_kind file;
		enum wait_kind wait;
	} rows[] = { { FILE_SOCKET, WAIT_UNIX_SOCKET }, { FILE_EVENTFD, WAIT_EVENTFD } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake_system system = { 0 };
		struct open_file file = { .kind = rows[i].file };

		fake_call(fake_task(&system, 10, 10), SYS_read, 3, 0, 1, 0);
		fake_descriptor(&system, 10, 3, &file);

		struct fake_wait wait = fake_resolve(&system, &pipe_read_kind, 10, COST_READ);

		cr_expect_eq(wait.kind, rows[i].wait);
		cr_expect_eq(wait.open, 0);
		fake_system_deinit(&system);
	}
}

/* Thread 11 reads descriptor 3 of its own table; only the given one's is the pipe. */
static uint32_t open_with_own_table(uint32_t reader_of_pipe)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { end(10, 3, READS), end(20, 4, WRITES) };
	struct look_task *thread;

	fake_task(&system, 10, 10);
	thread = fake_task(&system, 10, 11);
	thread->files = 0x3000;
	fake_call(thread, SYS_read, 3, 0, 1, 0);
	fake_task(&system, 20, 20);
	fake_descriptor(&system, reader_of_pipe, 3, &files[0]);
	fake_holders(&system, FAKE_DEV, INODE, files, 2);

	uint32_t open = fake_resolve(&system, &pipe_read_kind, 11, COST_TABLE).open;

	fake_system_deinit(&system);
	return open;
}

Test(kind_pipe, thread_with_a_table_of_its_own_means_its_own_descriptor)
{
	cr_expect_eq(open_with_own_table(11), 0);
	cr_expect_neq(open_with_own_table(10), 0, "that is another file");
}

Test(kind_pipe, writer_with_a_timer_writes_one_day)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { end(10, 3, READS), end(20, 4, WRITES) };

	fake_call(fake_task(&system, 10, 10), SYS_read, 3, 0, 1, 0);
	fake_task(&system, 20, 20)->flags |= TASK_TIMER;
	fake_descriptor(&system, 10, 3, &files[0]);
	fake_holders(&system, FAKE_DEV, INODE, files, 2);
	cr_assert_eq(fake_resolve(&system, &pipe_read_kind, 10, COST_TABLE).open,
		     OPEN_BIT(OPEN_TIMER));
	fake_system_deinit(&system);
}
