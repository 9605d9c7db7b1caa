/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/syscall.h>

#include "fake_system.h"
#include "kinds/kinds.h"

/* 10 reads from descriptor 3, of that kind, whose link says that. */
static struct fake_wait read_from(enum file_kind kind, const char *link)
{
	struct fake_system system = { 0 };
	const struct open_file file = { .kind = kind, .inode = 5, .mode = 1 };

	fake_call(fake_task(&system, 10, 10), SYS_read, 3, 0x1000, 1, 0);
	fake_descriptor(&system, 10, 3, &file);
	if (link)
		fake_path(&system, 10, 3, link);

	struct fake_wait wait = fake_resolve(&system, &pipe_read_kind, 10, COST_READ);

	fake_system_deinit(&system);
	return wait;
}

Test(file_name, the_kernel_itself_writes_to_files_that_watch_it)
{
	cr_expect_eq(read_from(FILE_OTHER, "anon_inode:[userfaultfd]").open,
		     OPEN_BIT(OPEN_IN_KERNEL));
	cr_expect_eq(read_from(FILE_OTHER, "anon_inode:[fanotify]").open, OPEN_BIT(OPEN_IN_KERNEL));
	cr_expect_eq(read_from(FILE_OTHER, "anon_inode:[else]").open, OPEN_BIT(OPEN_UNKNOWN_CALL));
	cr_expect_eq(read_from(FILE_OTHER, NULL).open, OPEN_BIT(OPEN_UNKNOWN_CALL));
}

Test(file_name, tells_files_by_their_links)
{
	cr_expect_str_eq(read_from(FILE_OTHER, "anon_inode:[userfaultfd]").description,
			 "userfaultfd of descriptor 3");
	cr_expect_str_eq(read_from(FILE_TERMINAL, "/dev/pts/3").description, "terminal /dev/pts/3");
	cr_expect_str_eq(read_from(FILE_INOTIFY, NULL).description, "inotify of descriptor 3");
}
