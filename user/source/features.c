/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything here is tried, not deduced from a version number: distributions
 * carry features back, and lockdown and containers take them away.
 *
 *   kernel                   6.1.0-56-amd64 x86_64
 *   type information (BTF)   yes
 *   lockdown                 none
 *   CAP_BPF                  yes: load programs into the kernel
 *   program look__task       yes
 *   program sleep__sched_switch   no: ...
 *   --attach auto            sys_enter (no better: ...)
 */
#include "source/features.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "source/bpf.h"
#include "source/privilege.h"

#define VMLINUX_BTF "/sys/kernel/btf/vmlinux"
#define LINE_FORMAT "%-34s %s%s%s\n"

/* First line of a file, or what stands for it if there is none. */
static const char *first_line(const char *path, char *buffer, size_t size, const char *absent)
{
	FILE *file = fopen(path, "re");

	if (!file)
		return absent;
	if (!fgets(buffer, (int)size, file))
		buffer[0] = '\0';
	fclose(file);
	buffer[strcspn(buffer, "\n")] = '\0';
	return buffer;
}

static void print_kernel(FILE *file)
{
	struct utsname name;
	char line[128];

	if (!uname(&name))
		fprintf(file, LINE_FORMAT, "kernel", name.release, " ", name.machine);
	fprintf(file, LINE_FORMAT, "type information (BTF)",
		access(VMLINUX_BTF, R_OK) ? "no: " VMLINUX_BTF ": " : "yes",
		access(VMLINUX_BTF, R_OK) ? strerror(errno) : "", "");
	fprintf(file, LINE_FORMAT, "lockdown",
		first_line("/sys/kernel/security/lockdown", line, sizeof(line),
			   "unknown (securityfs is not mounted)"),
		"", "");
	fprintf(file, LINE_FORMAT, "yama ptrace_scope",
		first_line("/proc/sys/kernel/yama/ptrace_scope", line, sizeof(line), "none"), "",
		"");
}

static void print_privileges(FILE *file)
{
	struct rlimit limit;

	for (const struct privilege *p = privileges; p->name; p++)
		fprintf(file, LINE_FORMAT, p->name, privilege_held(p) ? "yes: " : "no: cannot ",
			p->use, "");
	if (getrlimit(RLIMIT_MEMLOCK, &limit))
		return;
	if (limit.rlim_cur == RLIM_INFINITY)
		fprintf(file, LINE_FORMAT, "RLIMIT_MEMLOCK", "unlimited", "", "");
	else
		fprintf(file, "%-34s %llu bytes\n", "RLIMIT_MEMLOCK",
			(unsigned long long)limit.rlim_cur);
}

static void print_programs(FILE *file)
{
	char name[64], label[80], why[BPF_WHY_LEN];

	for (unsigned int i = 0;; i++) {
		int error = bpf_source_try(i, name, sizeof(name), why, sizeof(why));

		if (error == -ENOENT)
			return;
		snprintf(label, sizeof(label), "program %s", name);
		fprintf(file, LINE_FORMAT, label, error ? "no: " : "yes", error ? why : "", "");
	}
}

/* What each way to attach comes to here, and what keeps it from being better. */
static void print_attach(FILE *file)
{
	static const struct {
		const char *label;
		enum bpf_attach attach;
	} rows[] = {
		{ "--attach auto", BPF_ATTACH_AUTO },
		{ "--attach sleep", BPF_ATTACH_SLEEP },
		{ "--attach syscall", BPF_ATTACH_SYSCALL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bpf_source_options options = { .attach = rows[i].attach, .ownership = true };
		char why[BPF_WHY_LEN];
		struct bpf_source *source;

		if (bpf_source_open(&options, &source, why, sizeof(why))) {
			fprintf(file, LINE_FORMAT, rows[i].label, "no: ", why, "");
			continue;
		}

		const struct bpf_attached *attached = bpf_source_attached(source);

		fprintf(file, LINE_FORMAT, rows[i].label, attached->label,
			attached->refused[0] ? "; no better: " : "", attached->refused);
		bpf_source_close(source);
	}
}

void features_print(FILE *file)
{
	print_kernel(file);
	print_privileges(file);
	print_programs(file);
	print_attach(file);
}
