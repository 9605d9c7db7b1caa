/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "report/textfile.h"

static char directory[64];

static const char *path_of(const char *name)
{
	static char path[2][128];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", directory, name);
	return path[turn];
}

static void setup(void)
{
	strcpy(directory, "/tmp/test_textfile.XXXXXX");
	cr_assert(mkdtemp(directory));
}

static void teardown(void)
{
	DIR *dir;

	umount2(directory, MNT_DETACH);
	dir = opendir(directory);
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(directory);
}

TestSuite(textfile, .init = setup, .fini = teardown);

static void put(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "we");

	cr_assert(file);
	fputs(text, file);
	cr_assert(fclose(file) == 0);
}

static void expect_contents(const char *name, const char *expected)
{
	char text[256] = "";
	FILE *file = fopen(path_of(name), "re");

	cr_assert(file, "%s is missing", name);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	cr_expect_str_eq(text, expected);
}

static int files_in_directory(void)
{
	DIR *dir = opendir(directory);
	int count = 0;

	for (struct dirent *entry; (entry = readdir(dir));)
		count += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	closedir(dir);
	return count;
}

static struct textfile *open_textfile(void)
{
	int error = 0;
	struct textfile *textfile = textfile_new(path_of("a.prom"), &error);

	cr_assert(textfile, "%s", strerror(-error));
	return textfile;
}

Test(textfile, replaces_the_file_and_leaves_nothing_else)
{
	struct textfile *textfile = open_textfile();

	cr_expect(textfile_replace(textfile, "one\n", 4) == 0);
	expect_contents("a.prom", "one\n");
	cr_expect(textfile_replace(textfile, "two\n", 4) == 0);
	expect_contents("a.prom", "two\n");
	textfile_free(textfile);
	cr_expect_eq(files_in_directory(), 1);
}

Test(textfile, is_readable_for_all_whatever_the_umask)
{
	struct textfile *textfile = open_textfile();
	struct stat status;

	umask(0777);
	cr_expect(textfile_replace(textfile, "one\n", 4) == 0);
	umask(022);
	cr_assert(stat(path_of("a.prom"), &status) == 0);
	cr_expect_eq(status.st_mode & 07777, 0644);
	textfile_free(textfile);
}

Test(textfile, keeps_the_old_file_where_the_disk_is_full)
{
	static char big[256 * 1024];

	cr_assert(mount("tmpfs", directory, "tmpfs", 0, "size=16k") == 0, "needs root");
	struct textfile *textfile = open_textfile();

	memset(big, 'x', sizeof(big));
	cr_expect(textfile_replace(textfile, "old\n", 4) == 0);
	cr_expect_eq(textfile_replace(textfile, big, sizeof(big)), -ENOSPC);
	expect_contents("a.prom", "old\n");
	cr_expect_eq(files_in_directory(), 2, "the file and the lock");
	cr_expect(textfile_replace(textfile, "new\n", 4) == 0, "and goes on when there is room");
	expect_contents("a.prom", "new\n");
	textfile_free(textfile);
}

Test(textfile, keeps_the_old_file_where_file_size_is_limited)
{
	struct textfile *textfile = open_textfile();
	struct rlimit limit = { .rlim_cur = 2, .rlim_max = RLIM_INFINITY };

	cr_expect(textfile_replace(textfile, "o\n", 2) == 0);
	signal(SIGXFSZ, SIG_IGN);
	cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	int error = textfile_replace(textfile, "new\n", 4);
	limit.rlim_cur = RLIM_INFINITY;
	cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	cr_expect_eq(error, -EFBIG);
	expect_contents("a.prom", "o\n");
	textfile_free(textfile);
}

Test(textfile, keeps_the_old_file_on_a_read_only_file_system)
{
	cr_assert(mount("tmpfs", directory, "tmpfs", 0, NULL) == 0, "needs root");
	struct textfile *textfile = open_textfile();

	cr_expect(textfile_replace(textfile, "old\n", 4) == 0);
	cr_assert(mount(NULL, directory, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
	cr_expect_eq(textfile_replace(textfile, "new\n", 4), -EROFS);
	expect_contents("a.prom", "old\n");
	textfile_free(textfile);
}

Test(textfile, follows_no_planted_symlink)
{
	put("victim", "untouched\n");
	cr_assert(symlink("victim", path_of("a.prom")) == 0);
	cr_assert(symlink("victim", path_of(".a.prom.tmp")) == 0);
	struct textfile *textfile = open_textfile();

	cr_assert(symlink("victim", path_of(".a.prom.tmp")) == 0, "planted anew");
	cr_expect(textfile_replace(textfile, "one\n", 4) == 0);
	expect_contents("a.prom", "one\n");
	expect_contents("victim", "untouched\n");
	textfile_free(textfile);
}

Test(textfile, refuses_a_planted_symlink_as_lock)
{
	int error = 0;

	cr_assert(symlink("victim", path_of(".a.prom.lock")) == 0);
	cr_expect_null(textfile_new(path_of("a.prom"), &error));
	cr_expect_eq(error, -ELOOP);
	cr_expect(access(path_of("victim"), F_OK) != 0);
}

Test(textfile, replaces_a_fifo_that_would_hang_the_reader)
{
	struct textfile *textfile = open_textfile();

	cr_assert(mkfifo(path_of("a.prom"), 0644) == 0);
	cr_expect(textfile_replace(textfile, "one\n", 4) == 0);
	expect_contents("a.prom", "one\n");
	textfile_free(textfile);
}

Test(textfile, leaves_a_device_alone)
{
	struct stat info;
	int error = 0;

	cr_assert(mknod(path_of("a.prom"), S_IFCHR | 0600, makedev(1, 3)) == 0);
	cr_expect_null(textfile_new(path_of("a.prom"), &error));
	cr_expect_eq(error, -ENOTSUP);
	cr_assert(stat(path_of("a.prom"), &info) == 0);
	cr_expect(S_ISCHR(info.st_mode));
}

Test(textfile, refuses_a_directory)
{
	int error = 0;

	cr_assert(mkdir(path_of("a.prom"), 0755) == 0);
	cr_expect_null(textfile_new(path_of("a.prom"), &error));
	cr_expect_eq(error, -EISDIR);
	cr_expect_eq(files_in_directory(), 1);
	rmdir(path_of("a.prom"));
}

Test(textfile, reports_a_directory_in_the_way_and_removes_its_temporary)
{
	struct textfile *textfile = open_textfile();

	cr_assert(mkdir(path_of("a.prom"), 0755) == 0);
	cr_expect_eq(textfile_replace(textfile, "one\n", 4), -EISDIR);
	cr_expect_eq(files_in_directory(), 2, "the directory and the lock");
	rmdir(path_of("a.prom"));
	textfile_free(textfile);
}

Test(textfile, removes_what_a_killed_run_left)
{
	put(".a.prom.tmp", "half a li");
	put(".a.prom.lock", "");
	textfile_free(open_textfile());
	cr_expect_eq(files_in_directory(), 0);
}

Test(textfile, refuses_a_second_instance_until_the_first_ends)
{
	struct textfile *first = open_textfile();
	int error = 0;

	cr_expect_null(textfile_new(path_of("a.prom"), &error));
	cr_expect_eq(error, -EBUSY);

	struct textfile *other = textfile_new(path_of("b.prom"), &error);

	cr_expect_not_null(other, "another file in the same directory is no conflict");
	textfile_free(other);
	textfile_free(first);
	textfile_free(open_textfile());
}

Test(textfile, names_what_is_wrong_with_a_path)
{
	int error = 0;

	cr_expect_null(textfile_new("", &error));
	cr_expect_eq(error, -EINVAL);
	cr_expect_null(textfile_new("/tmp/", &error));
	cr_expect_eq(error, -EINVAL);
	cr_expect_null(textfile_new("/tmp/..", &error));
	cr_expect_eq(error, -EINVAL);
	cr_expect_null(textfile_new(path_of("missing/a.prom"), &error));
	cr_expect_eq(error, -ENOENT);
}
