/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program belongs to a way by the prefix of its name, which is that of its file.
 */
#include "source/way.h"

#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "core/affix.h"

#define SLEEP	"sleep__"
#define SYSCALL "syscall__"
#define FENTRY	"fentry__"
#define LIFE	"life__"
#define UPROBES "uprobes__"

const struct way ways[] = {
	{ BPF_ATTACH_SLEEP, "sched_switch", SLEEP, SLEEP "sched_switch", false },
	{ BPF_ATTACH_SYSCALL, "fentry", FENTRY, FENTRY "semop", true },
	{ BPF_ATTACH_SYSCALL, "sys_enter", SYSCALL, SYSCALL "sys_enter", true },
	{ BPF_ATTACH_SYSCALL, "fentry, semop unread", FENTRY, FENTRY "semop", false },
	{ BPF_ATTACH_SYSCALL, "sys_enter, semop unread", SYSCALL, SYSCALL "sys_enter", false },
	{ BPF_ATTACH_NONE, "looks only", NULL, NULL, false },
	{ 0 },
};

static bool program_has(const struct bpf_program *program, const char *prefix)
{
	return begins_with(bpf_program__name(program), prefix);
}

/*
 * The function to be traced may be missing: kernels differ in their calls. Without their names
 * it counts as there, and the kernel has the last word.
 */
static bool target_exists(const struct bpf_program *program, const struct btf *kernel)
{
	const char *function = strchr(bpf_program__section_name(program), '/');

	return !kernel || !function ||
	       btf__find_by_name_kind(kernel, function + 1, BTF_KIND_FUNC) > 0;
}

static bool program_wanted(const struct bpf_program *program, const struct way *way, bool uprobes)
{
	if (way->prefix && program_has(program, way->prefix))
		return true;
	if (program_has(program, SLEEP) || program_has(program, SYSCALL) ||
	    program_has(program, FENTRY))
		return false;
	if (program_has(program, LIFE))
		return way->attach != BPF_ATTACH_NONE;
	return uprobes || !program_has(program, UPROBES);
}

bool way_allowed(const struct way *way, enum bpf_attach wanted)
{
	return wanted == BPF_ATTACH_AUTO || wanted == way->attach;
}

void way_choose(const struct way *way, bool uprobes, struct bpf_object *object)
{
	bool fentry = way->prefix && !strcmp(way->prefix, FENTRY);
	struct btf *kernel = fentry ? btf__load_vmlinux_btf() : NULL;
	struct bpf_program *program;

	bpf_object__for_each_program (program, object) {
		bool wanted = program_wanted(program, way, uprobes);

		if (wanted && program_has(program, FENTRY))
			wanted = target_exists(program, kernel);
		bpf_program__set_autoload(program, wanted);
	}
	btf__free(kernel);
}
