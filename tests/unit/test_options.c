/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

#define WORDS_MAX 24

/* Parses "dltrace", then the given words up to a NULL. */
#define PARSE(options, ...) parse(options, (char *[WORDS_MAX]){ "dltrace", __VA_ARGS__ })

static int parse(struct options *ret, char **argv)
{
	int argc = 0, status = 0;

	while (argv[argc])
		argc++;
	return options_parse(argc, argv, ret, &status) ? status : -1;
}

static void accept(char **argv, struct options *ret)
{
	cr_assert_eq(parse(ret, argv), -1, "%s ... was refused", argv[1]);
}

#define ACCEPT(options, ...) accept((char *[WORDS_MAX]){ "dltrace", __VA_ARGS__ }, options)

/* Refused with status 2, and exactly one line that holds `part`. */
static void refuse(const char *part, char **argv)
{
	struct options options = { 0 };
	char text[1024] = "";
	char path[] = "/tmp/test-options-XXXXXX";
	int fd = mkstemp(path), before = dup(STDERR_FILENO);

	fflush(stderr);
	dup2(fd, STDERR_FILENO);
	int status = parse(&options, argv);

	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(before);
	cr_assert_gt(pread(fd, text, sizeof(text) - 1, 0), 0, "%s: nothing was said", argv[1]);
	close(fd);
	unlink(path);

	char *newline = strchr(text, '\n');

	cr_expect_eq(status, STATUS_USAGE, "%s: status %d", argv[1], status);
	cr_expect(newline && newline[1] == '\0', "not one line: %s", text);
	cr_expect_eq(strncmp(text, "dltrace: ", 9), 0, "no name: %s", text);
	cr_expect(strstr(text, part), "'%s' is not in: %s", part, text);
}

#define REFUSE(part, ...) refuse(part, (char *[WORDS_MAX]){ "dltrace", __VA_ARGS__ })

Test(options, defaults_are_those_of_the_manual)
{
	struct options options;

	ACCEPT(&options, "--all");
	cr_expect_eq(options.mode, MODE_ALL);
	cr_expect_eq(options.min_wait_ns, 1000000000);
	cr_expect_eq(options.interval_ns, 1000000000);
	cr_expect_eq(options.duration_ns, 0);
	cr_expect_eq(options.format, FORMAT_TEXT);
	cr_expect_eq(options.attach, ATTACH_AUTO);
	cr_expect_eq(options.source, SOURCE_AUTO);
	cr_expect_eq(options.stacks, STACKS_ALL);
	cr_expect_eq(options.color, COLOR_AUTO);
	cr_expect_eq(options.ringbuf_size, 0);
	cr_expect_eq(options.verbosity, 0);
	cr_expect_null(options.output);
}

Test(options, pids_add_up_over_lists_and_options)
{
	struct options options;

	ACCEPT(&options, "-p", "1,2", "-p3", "-p", "2147483647");
	cr_assert_eq(options.pid_count, 4);
	cr_expect_eq(options.pids[0], 1);
	cr_expect_eq(options.pids[1], 2);
	cr_expect_eq(options.pids[2], 3);
	cr_expect_eq(options.pids[3], 2147483647);
	cr_expect_eq(options.mode, MODE_PIDS);
	options_deinit(&options);
}

Test(options, every_setting_reaches_its_field)
{
	struct options options;

	ACCEPT(&options, "--all", "-1", "--min-wait", "1.5s", "--interval=250ms", "--json", "-o",
	       "out", "--textfile", "x.prom", "--record", "rec", "--strict", "-vv");
	cr_expect(options.once);
	cr_expect(options.strict);
	cr_expect_eq(options.min_wait_ns, 1500000000);
	cr_expect_eq(options.interval_ns, 250000000);
	cr_expect_eq(options.format, FORMAT_JSON);
	cr_expect_str_eq(options.output, "out");
	cr_expect_str_eq(options.textfile, "x.prom");
	cr_expect_str_eq(options.record, "rec");
	cr_expect_eq(options.verbosity, 2);

	ACCEPT(&options, "--replay", "r", "--once", "--duration", "5m", "--format", "html",
	       "--attach", "none", "--source", "bpf", "--stacks", "none", "--color", "never", "-q");
	cr_expect_eq(options.mode, MODE_REPLAY);
	cr_expect_str_eq(options.replay, "r");
	cr_expect_eq(options.duration_ns, 300000000000);
	cr_expect_eq(options.format, FORMAT_HTML);
	cr_expect_eq(options.attach, ATTACH_NONE);
	cr_expect_eq(options.source, SOURCE_BPF);
	cr_expect_eq(options.stacks, STACKS_NONE);
	cr_expect_eq(options.color, COLOR_NEVER);
	cr_expect_lt(options.verbosity, 0);
}

Test(options, command_keeps_its_own_options)
{
	struct options options;

	ACCEPT(&options, "--kill", "--artifacts", "dir", "--", "make", "-p", "--all", "--", "-x");
	cr_expect_eq(options.mode, MODE_COMMAND);
	cr_expect(options.kill);
	cr_expect_not(options.all);
	cr_expect_str_eq(options.command[0], "make");
	cr_expect_str_eq(options.command[4], "-x");
	cr_expect_null(options.command[5]);
}

Test(options, numbers_are_whole_and_positive)
{
	static char *const wrong[] = { "12abc", "0",   "-1",  "+1",	    " 1",
				       "1 ",	"",    ",",   "1,",	    ",1",
				       "1,,2",	"1.5", "0x1", "2147483648", "99999999999999999999",
				       "--all" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		REFUSE("not a process id", "-p", wrong[i]);
}

Test(options, durations_need_a_unit_and_are_not_zero)
{
	REFUSE("not a duration", "--all", "--min-wait", "1");
	REFUSE("not a duration", "--all", "--interval", "0");
	REFUSE("not a duration", "--all", "--interval", "0s");
	REFUSE("not a duration", "--all", "--duration", "-1s");
	REFUSE("too long", "--all", "--duration", "99999999999999999999h");
}

Test(options, ring_buffer_is_a_power_of_two_pages)
{
	struct options options;

	ACCEPT(&options, "--all", "--ringbuf-size", "65536");
	cr_expect_eq(options.ringbuf_size, 65536);
	ACCEPT(&options, "--all", "--ringbuf-size", "512K");
	cr_expect_eq(options.ringbuf_size, 512 * 1024);
	ACCEPT(&options, "--all", "--ringbuf-size", "1024M");
	cr_expect_eq(options.ringbuf_size, 1u << 30);
	REFUSE("power of two", "--all", "--ringbuf-size", "0");
	REFUSE("power of two", "--all", "--ringbuf-size", "1024");
	REFUSE("power of two", "--all", "--ringbuf-size", "5000");
	REFUSE("power of two", "--all", "--ringbuf-size", "12abc");
	REFUSE("power of two", "--all", "--ringbuf-size", "4KK");
	REFUSE("power of two", "--all", "--ringbuf-size", "2048M");
	REFUSE("power of two", "--all", "--ringbuf-size", "18446744073709551616");
	REFUSE("power of two", "--all", "--ringbuf-size", "18014398509481984K");
}

Test(options, choices_name_what_there_is)
{
	REFUSE("text, json, dot, html", "--all", "--format", "xml");
	REFUSE("auto, sleep, syscall, none", "--all", "--attach", "");
	REFUSE("auto, bpf, proc", "--all", "--source", "BPF");
	REFUSE("auto, always, never", "--all", "--color", "alway");
	REFUSE("all, native, python, none", "--all", "--stacks", "x");
}

Test(options, exactly_one_mode)
{
	refuse("nothing to judge", (char *[]){ "dltrace", NULL });
	REFUSE("exclude each other", "-p", "1", "--all");
	REFUSE("exclude each other", "-p", "1", "--", "true");
	REFUSE("exclude each other", "--all", "--replay", "x");
	REFUSE("exclude each other", "--features", "--all");
	REFUSE("nothing to judge", "--once");
	REFUSE("nothing to judge", "--");
}

Test(options, what_does_not_go_together_is_refused)
{
	REFUSE("--once", "--once", "--", "true");
	REFUSE("--strict", "--strict", "--", "true");
	REFUSE("--kill", "--kill", "--all");
	REFUSE("--artifacts", "--artifacts", "d", "-p", "1");
	REFUSE("--uprobes", "--uprobes", "--all");
	REFUSE("--uprobes", "--uprobes", "--replay", "x");
	REFUSE("--once", "--uprobes", "-p", "1", "--once");
	REFUSE("--source proc", "--uprobes", "-p", "1", "--source", "proc");
	REFUSE("--source proc", "--attach", "syscall", "-p", "1", "--source", "proc");
	REFUSE("--record", "--record", "x", "--replay", "y");
}

Test(options, unknown_words_are_named)
{
	REFUSE("--frobnicate: unknown", "--all", "--frobnicate");
	REFUSE("--frobnicate: unknown", "--frobnicate");
	REFUSE("-x: unknown", "-v", "-x");
	REFUSE("-vx: unknown", "-vx", "--all");
	REFUSE("-p: its value is missing", "-p");
	REFUSE("--interval: its value is missing", "--all", "--interval");
	REFUSE("--all=3: takes no value", "--all=3");
	REFUSE("--re: may be several", "--re", "x");
	REFUSE("'make' is no option", "make");
	REFUSE("'ls' is no option", "-o", "--", "ls");
	REFUSE("the name is empty", "--all", "-o", "");
}

Test(options, line_of_complaint_stays_one_line)
{
	REFUSE("?", "-p", "1\n2\033[31m");
	REFUSE("?", "--no\nsuch");
}

Test(options, help_goes_to_stdout, .init = cr_redirect_stdout)
{
	struct options options;
	char text[8192] = "";

	cr_expect_eq(PARSE(&options, "--help", "-p", "nonsense"), 0);
	fflush(stdout);
	fread(text, 1, sizeof(text) - 1, cr_get_redirected_stdout());
	cr_expect(strstr(text, "Usage: dltrace"));
	cr_expect(strstr(text, "--min-wait=DURATION"));
}

Test(options, version_goes_to_stdout, .init = cr_redirect_stdout)
{
	struct options options;

	cr_expect_eq(PARSE(&options, "--version"), 0);
	fflush(stdout);
	cr_expect_stdout_eq_str("dltrace " DLTRACE_VERSION "\n");
}

Test(options, mistake_before_help_is_still_a_mistake)
{
	REFUSE("not a process id", "-p", "x", "--help");
}

Test(options, a_page_needs_an_end_or_a_file)
{
	struct options options;

	REFUSE("-o FILE", "--all", "--format", "html");
	REFUSE("-o FILE", "--format", "dot", "--", "true");
	ACCEPT(&options, "--all", "--format", "html", "-o", "page.html");
	ACCEPT(&options, "--all", "--format", "dot", "--once");
}
