/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First what is plainly missing, then what the verifier said.
 */
#include "source/refusal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/affix.h"
#include "source/privilege.h"

#define VMLINUX_BTF "/sys/kernel/btf/vmlinux"
/* include/linux/proc_ns.h: PROC_PID_INIT_INO */
#define HOST_PID_NS 0xEFFFFFFC

bool refusal_is_obvious(char *ret_why, size_t size)
{
	char names[64];
	struct stat ns;

	if (privilege_missing_for_bpf(names, sizeof(names)))
		snprintf(ret_why, size, "not enough privilege: %s missing (run it as root)", names);
	else if (access(VMLINUX_BTF, R_OK))
		snprintf(ret_why, size,
			 "this kernel has no type information: %s: %s (CONFIG_DEBUG_INFO_BTF)",
			 VMLINUX_BTF, strerror(errno));
	else if (!stat("/proc/self/ns/pid", &ns) && ns.st_ino != HOST_PID_NS)
		snprintf(ret_why, size, "this is a container: run it in the host's PID namespace");
	else
		return false;
	return true;
}

/* The verifier says what it did not like in the last line before its statistics. */
static const char *log_last_line(char *log)
{
	static const char *const statistics[] = { "processed ", "verification ", "stack depth " };
	const char *last = "";

	for (char *line; (line = strsep(&log, "\n"));) {
		bool skip = !*line;

		for (size_t i = 0; i < sizeof(statistics) / sizeof(statistics[0]); i++)
			skip |= begins_with(line, statistics[i]);
		if (!skip)
			last = line;
	}
	return last;
}

void refusal_explain(int error, const char *program, char *log, char *ret_why, size_t size)
{
	const char *line = log_last_line(log);
	struct utsname kernel = { 0 };

	if (refusal_is_obvious(ret_why, size))
		return;
	if (error == -EPERM && !*line) {
		snprintf(ret_why, size,
			 "%s is not permitted, although the capabilities are there (a container?)",
			 program);
		return;
	}
	uname(&kernel);
	snprintf(ret_why, size, "Linux %s refuses %s: %s (5.18 or later is needed)", kernel.release,
		 program, *line ? line : strerror(-error));
}
