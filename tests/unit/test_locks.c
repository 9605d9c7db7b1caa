/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include "probe/locks.h"

static struct file_lock parsed(const char *line)
{
	struct file_lock lock = { 0 };

	cr_assert(lock_parse(line, &lock), "%s", line);
	return lock;
}

Test(locks, held_lock_has_depth_0)
{
	struct file_lock lock = parsed("1: POSIX  ADVISORY  WRITE 812 fe:00:10961057 5 14");

	cr_expect_eq(lock.type, LOCK_POSIX);
	cr_expect_eq(lock.mode, LOCK_MODE_WRITE);
	cr_expect_eq(lock.owner, 812);
	cr_expect_eq(lock.dev, 0xfe << 20);
	cr_expect_eq(lock.inode, 10961057);
	cr_expect_eq(lock.start, 5);
	cr_expect_eq(lock.end, 14);
	cr_expect_eq(lock.depth, 0);
}

Test(locks, request_is_a_level_below_what_it_waits_for)
{
	cr_expect_eq(parsed("3: -> FLOCK  ADVISORY  READ 1 fe:00:7 0 EOF").depth, 1);
	cr_expect_eq(parsed("3:  -> FLOCK  ADVISORY  READ 1 fe:00:7 0 EOF").depth, 2);
	cr_expect_eq(parsed("3:   -> FLOCK  ADVISORY  READ 1 fe:00:7 0 EOF").depth, 3);
}

Test(locks, lock_to_the_end_of_the_file)
{
	struct file_lock lock = parsed("12: FLOCK  ADVISORY  READ 3 00:2a:7 0 EOF");

	cr_expect_eq(lock.type, LOCK_FLOCK);
	cr_expect_eq(lock.mode, LOCK_MODE_READ);
	cr_expect_eq(lock.dev, 0x2a);
	cr_expect_eq(lock.end, LOCK_TO_END);
}

Test(locks, ofd_lock_names_nobody)
{
	struct file_lock lock = parsed("1: -> OFDLCK ADVISORY  WRITE -1 fe:00:7 70 74");

	cr_expect_eq(lock.type, LOCK_OFD);
	cr_expect_eq(lock.owner, -1);
}

Test(locks, lease_is_of_another_type)
{
	cr_expect_eq(parsed("4: LEASE  ACTIVE    READ  9 fe:00:7 0 EOF").type, LOCK_OTHER);
}

Test(locks, other_lines_are_none)
{
	struct file_lock lock;

	cr_expect_not(lock_parse("", &lock));
	cr_expect_not(lock_parse("pos:\t0", &lock));
	cr_expect_not(lock_parse("1: POSIX  *NOINODE* WRITE 812 <none>:0 5 14", &lock));
	cr_expect_not(lock_parse("1: POSIX", &lock));
}
