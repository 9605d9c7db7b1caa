/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/syscall.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define INODE  700
#define STRONG (EDGE_CAN_END | EDGE_HOLDER)
#define RANGE  0x7000

/* Process 10 waits; 20 and 30 are others. */
static struct fake_wait locking(struct fake_system *system, const struct kind *kind,
				const struct file_lock *locks, uint32_t count)
{
	fake_locks(system, FAKE_DEV, INODE, locks, count);
	return fake_resolve(system, kind, 10, COST_TABLE);
}

static struct open_file descriptor(uint32_t pid, int fd, uint64_t description, uint32_t refs)
{
	return (struct open_file){ .description = description,
				   .table = 0x2000 + pid,
				   .inode = INODE,
				   .dev = FAKE_DEV,
				   .pid = pid,
				   .fd = fd,
				   .kind = FILE_REGULAR,
				   .mode = 3,
				   .refs = refs };
}

static struct file_lock line(uint32_t type, int32_t owner, uint32_t depth)
{
	return (struct file_lock){ .end = LOCK_TO_END,
				   .inode = INODE,
				   .dev = FAKE_DEV,
				   .owner = owner,
				   .fd = -1,
				   .depth = depth,
				   .type = type,
				   .mode = LOCK_MODE_WRITE };
}

static struct file_lock held(struct file_lock lock, uint32_t pid, int fd, uint64_t description)
{
	lock.depth = 0;
	lock.pid = pid;
	lock.fd = fd;
	lock.description = description;
	lock.index = 1;
	return lock;
}

static struct look_task *prepare(struct fake_system *system, const struct open_file *files,
				 uint32_t count)
{
	struct look_task *task = fake_task(system, 10, 10);

	fake_task(system, 20, 20);
	fake_task(system, 30, 30);
	fake_descriptor(system, 10, 4, &files[0]);
	fake_holders(system, FAKE_DEV, INODE, files, count);
	fake_mappers(system, FAKE_DEV, INODE, NULL, 0);
	return task;
}

/* 10 in flock(4, LOCK_EX); files[0] is its own descriptor. */
static void flocking(struct fake_system *system, const struct open_file *files, uint32_t count)
{
	fake_call(prepare(system, files, count), SYS_flock, 4, LOCK_EX, 0, 0);
}

static void fcntling(struct fake_system *system, const struct open_file *files, uint32_t count,
		     int command, const struct flock *range)
{
	fake_call(prepare(system, files, count), SYS_fcntl, 4, (uint64_t)command, RANGE, 0);
	fake_memory(system, 10, RANGE, range, sizeof(*range));
}

Test(kind_file_lock, flock_waits_for_who_has_the_description)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { descriptor(10, 4, 1, 1), descriptor(20, 3, 2, 1) };
	struct file_lock root = line(LOCK_FLOCK, 99, 0); /* 99 took it, and has exited */
	struct file_lock locks[] = { root, line(LOCK_FLOCK, 10, 1), held(root, 20, 3, 2) };

	flocking(&system, files, 2);

	struct fake_wait wait = locking(&system, &flock_kind, locks, 3);
	const struct edge *edge = fake_group_edge(&system, &wait, GROUP_SHARERS);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_expect_eq(edge->relation, RELATION_HOLDS);
	cr_expect_eq(edge->flags & STRONG, STRONG);
	cr_expect_eq(fake_group(&system, edge)->member_count, 1);
	cr_expect(wait.held);
	fake_system_deinit(&system);
}

Test(kind_file_lock, waiters_own_copy_is_no_holder_but_can_end_it)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { descriptor(10, 4, 1, 1), descriptor(20, 3, 2, 2),
				     descriptor(10, 3, 2, 2) };
	struct file_lock root = line(LOCK_FLOCK, 20, 0);
	struct file_lock locks[] = { root, line(LOCK_FLOCK, 10, 1), held(root, 20, 3, 2),
				     held(root, 10, 3, 2) };

	flocking(&system, files, 3);

	struct fake_wait wait = locking(&system, &flock_kind, locks, 4);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_expect_eq(wait.edges[0].flags, STRONG | EDGE_NOT_SELF);
	cr_expect_eq(fake_group(&system, &wait.edges[0])->member_count, 2);
	fake_system_deinit(&system);
}

Test(kind_file_lock, copy_in_flight_opens_it)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { descriptor(10, 4, 1, 1), descriptor(20, 3, 2, 2) };
	struct file_lock root = line(LOCK_FLOCK, 20, 0);
	struct file_lock locks[] = { root, line(LOCK_FLOCK, 10, 1), held(root, 20, 3, 2) };

	flocking(&system, files, 2);
	cr_assert_eq(locking(&system, &flock_kind, locks, 3).open, OPEN_BIT(OPEN_CENSUS));
	fake_system_deinit(&system);
}

Test(kind_file_lock, holder_that_was_not_found_opens_it)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { descriptor(10, 4, 1, 1) };
	struct file_lock locks[] = { line(LOCK_FLOCK, 20, 0), line(LOCK_FLOCK, 10, 1) };

	flocking(&system, files, 1);
	cr_assert(locking(&system, &flock_kind, locks, 2).open & OPEN_BIT(OPEN_CENSUS));
	fake_system_deinit(&system);
}

Test(kind_file_lock, request_that_is_not_listed_was_granted)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { descriptor(10, 4, 1, 1), descriptor(20, 3, 2, 1) };
	struct file_lock root = line(LOCK_FLOCK, 20, 0);
	struct file_lock locks[] = { root, line(LOCK_FLOCK, 30, 1), held(root, 20, 3, 2) };

	flocking(&system, files, 2);
	cr_assert_eq(locking(&system, &flock_kind, locks, 3).open, OPEN_BIT(OPEN_BUSY));
	fake_system_deinit(&system);
}

Test(kind_file_lock, posix_lock_waits_for_its_process)
{
	struct fake_system system = { 0 };
	struct flock range = { .l_type = F_WRLCK };
	struct open_file files[] = { descriptor(10, 4, 1, 1), descriptor(20, 3, 2, 5) };
	struct file_lock root = line(LOCK_POSIX, 20, 0);
	struct file_lock locks[] = { root, line(LOCK_POSIX, 10, 1), held(root, 20, 3, 2) };

	fcntling(&system, files, 2, F_SETLKW, &range);

	struct fake_wait wait = locking(&system, &posix_lock_kind, locks, 3);

	cr_assert_eq(wait.open, 0, "how many share the description does not matter");
	cr_assert_eq(wait.edge_count, 1);
	cr_expect_eq(wait.edges[0].target, fake_process(&system, 20));
	cr_expect_eq(wait.edges[0].flags, STRONG);
	fake_system_deinit(&system);
}

Test(kind_file_lock, process_with_the_owners_descriptor_table_owns_the_posix_lock_too)
{
	struct fake_system system = { 0 };
	struct flock range = { .l_type = F_WRLCK };
	struct open_file files[] = { descriptor(10, 4, 1, 1), descriptor(20, 3, 2, 1) };
	struct file_lock root = line(LOCK_POSIX, 20, 0);
	struct file_lock locks[] = { root, line(LOCK_POSIX, 10, 1), held(root, 20, 3, 2) };

	fcntling(&system, files, 2, F_SETLKW, &range);
	system.tasks[2].files = system.tasks[1].files;

	struct fake_wait wait = locking(&system, &posix_lock_kind, locks, 3);

	cr_assert_eq(wait.edge_count, 2);
	cr_expect(fake_edge(&wait, fake_process(&system, 30)));
	fake_system_deinit(&system);
}

Test(kind_file_lock, posix_lock_that_its_process_does_not_show_opens_it)
{
	struct fake_system system = { 0 };
	struct flock range = { .l_type = F_WRLCK };
	struct open_file files[] = { descriptor(10, 4, 1, 1), descriptor(20, 3, 2, 1) };
	struct file_lock locks[] = { line(LOCK_POSIX, 20, 0), line(LOCK_POSIX, 10, 1) };

	fcntling(&system, files, 2, F_SETLKW, &range);
	cr_assert_eq(locking(&system, &posix_lock_kind, locks, 2).open, OPEN_BIT(OPEN_CENSUS));
	fake_system_deinit(&system);
}

Test(kind_file_lock, of_several_requests_the_range_tells_its_own)
{
	struct fake_system system = { 0 };
	struct flock range = { .l_type = F_WRLCK, .l_start = 50, .l_len = 10 };
	struct open_file files[] = { descriptor(10, 4, 1, 1), descriptor(20, 3, 2, 1),
				     descriptor(30, 3, 3, 1) };
	struct file_lock first = line(LOCK_POSIX, 20, 0), second = line(LOCK_POSIX, 30, 0);
	struct file_lock other = line(LOCK_POSIX, 10, 1), own = other;

	first.end = 9;
	second.start = 50;
	other.end = 4;
	own.start = 50;
	own.end = 59;

	struct file_lock locks[] = {
		first, other, second, own, held(first, 20, 3, 2), held(second, 30, 3, 3)
	};

	fcntling(&system, files, 3, F_SETLKW, &range);

	struct fake_wait wait = locking(&system, &posix_lock_kind, locks, 6);

	cr_assert_eq(wait.edge_count, 1);
	cr_expect_eq(wait.edges[0].target, fake_process(&system, 30));
	fake_system_deinit(&system);
}

Test(kind_file_lock, who_queues_before_may_give_up_and_the_root_is_the_holder)
{
	struct fake_system system = { 0 };
	struct flock range = { .l_type = F_WRLCK };
	struct open_file files[] = { descriptor(10, 4, 1, 1), descriptor(20, 3, 2, 1) };
	struct file_lock root = line(LOCK_POSIX, 20, 0);
	struct file_lock locks[] = { root, line(LOCK_POSIX, 30, 1), line(LOCK_POSIX, 10, 2),
				     held(root, 20, 3, 2) };

	fcntling(&system, files, 2, F_SETLKW, &range);

	struct fake_wait wait = locking(&system, &posix_lock_kind, locks, 4);

	cr_assert_eq(wait.edge_count, 2);
	cr_expect_eq(fake_edge(&wait, fake_process(&system, 20))->flags, STRONG);
	cr_expect_eq(fake_edge(&wait, fake_process(&system, 30))->flags, EDGE_CAN_END);
	fake_system_deinit(&system);
}

Test(kind_file_lock, ofd_lock_waits_for_who_has_the_description)
{
	struct fake_system system = { 0 };
	struct flock range = { .l_type = F_WRLCK };
	struct open_file files[] = { descriptor(10, 4, 1, 1), descriptor(20, 3, 2, 1) };
	struct file_lock root = line(LOCK_OFD, -1, 0);
	struct file_lock locks[] = { root, line(LOCK_OFD, -1, 1), held(root, 20, 3, 2) };

	fcntling(&system, files, 2, F_OFD_SETLKW, &range);

	struct fake_wait wait = locking(&system, &ofd_lock_kind, locks, 3);

	cr_assert_eq(wait.open, 0);
	cr_expect(fake_group_edge(&system, &wait, GROUP_SHARERS));
	fake_system_deinit(&system);
}

Test(kind_file_lock, requests_that_look_the_same_lead_to_a_holder_once)
{
	struct fake_system system = { 0 };
	struct flock range = { .l_type = F_WRLCK };
	struct open_file files[] = { descriptor(10, 4, 1, 1), descriptor(20, 3, 2, 1) };
	struct file_lock root = line(LOCK_OFD, -1, 0), request = line(LOCK_OFD, -1, 1);
	struct file_lock locks[] = { root, request, request, held(root, 20, 3, 2) };

	fcntling(&system, files, 2, F_OFD_SETLKW, &range);
	cr_assert_eq(locking(&system, &ofd_lock_kind, locks, 4).edge_count, 1);
	fake_system_deinit(&system);
}

Test(kind_file_lock, threads_that_ask_alike_lead_to_the_owner_of_a_posix_lock_once)
{
	struct fake_system system = { 0 };
	struct flock range = { .l_type = F_WRLCK };
	struct open_file files[] = { descriptor(10, 4, 1, 1), descriptor(20, 3, 2, 1) };
	struct file_lock root = line(LOCK_POSIX, 20, 0), request = line(LOCK_POSIX, 10, 1);
	struct file_lock locks[] = { root, request, request, held(root, 20, 3, 2) };

	fcntling(&system, files, 2, F_SETLKW, &range);
	cr_assert_eq(locking(&system, &posix_lock_kind, locks, 4).edge_count, 1);
	fake_system_deinit(&system);
}

Test(kind_file_lock, armed_timer_is_how_such_a_wait_is_ended)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { descriptor(10, 4, 1, 1), descriptor(20, 3, 2, 1) };
	struct file_lock root = line(LOCK_FLOCK, 20, 0);
	struct file_lock locks[] = { root, line(LOCK_FLOCK, 10, 1), held(root, 20, 3, 2) };

	flocking(&system, files, 2);
	system.tasks[0].flags |= TASK_TIMER;
	cr_assert(locking(&system, &flock_kind, locks, 3).open & OPEN_BIT(OPEN_TIMER));
	fake_system_deinit(&system);
}

Test(kind_file_lock, locks_that_a_server_keeps_are_open)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { descriptor(10, 4, 1, 1) };

	flocking(&system, files, 1);
	fake_locks(&system, FAKE_DEV, INODE, NULL, 0);
	system.answers[system.answer_count - 1].answer.error = -EREMOTE;
	cr_assert_eq(fake_resolve(&system, &flock_kind, 10, COST_TABLE).open,
		     OPEN_BIT(OPEN_DEVICE));
	fake_system_deinit(&system);
}

Test(kind_file_lock, says_nothing_before_the_tables_are_read)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { descriptor(10, 4, 1, 1) };

	flocking(&system, files, 1);

	struct fake_wait wait = fake_resolve(&system, &flock_kind, 10, COST_LOOK);

	cr_assert_eq(wait.next, COST_READ);
	cr_assert_eq(wait.open, 0);
	fake_system_deinit(&system);
}

Test(kind_file_lock, each_call_has_its_kind)
{
	struct fake_system system = { 0 };

	fake_call(fake_task(&system, 10, 10), SYS_flock, 4, LOCK_EX, 0, 0);
	fake_call(fake_task(&system, 20, 20), SYS_fcntl, 4, F_SETLKW, 0, 0);
	fake_call(fake_task(&system, 30, 30), SYS_fcntl, 4, F_OFD_SETLKW, 0, 0);
	cr_expect(fake_recognise(&system, &flock_kind, 10));
	cr_expect(fake_recognise(&system, &posix_lock_kind, 20));
	cr_expect_not(fake_recognise(&system, &ofd_lock_kind, 20));
	cr_expect(fake_recognise(&system, &ofd_lock_kind, 30));
	fake_system_deinit(&system);
}
