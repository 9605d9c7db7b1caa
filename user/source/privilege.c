/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of what dltrace needs, and for what.
 */
#include "source/privilege.h"

#include <stdio.h>
#include <string.h>

#include <cap-ng.h>

const struct privilege privileges[] = {
	{ "CAP_BPF", "load programs into the kernel", CAP_BPF, true },
	{ "CAP_PERFMON", "let them see other tasks", CAP_PERFMON, true },
	{ "CAP_SYS_PTRACE", "read other users' memory and descriptors", CAP_SYS_PTRACE, false },
	{ "CAP_DAC_READ_SEARCH", "read other users' files in /proc", CAP_DAC_READ_SEARCH, false },
	{ "CAP_SYS_ADMIN", "name the kernel function that a task sleeps in", CAP_SYS_ADMIN, false },
	{ 0 },
};

static bool capability_held(int capability)
{
	if (capng_get_caps_process())
		return false;
	return capng_have_capability(CAPNG_EFFECTIVE, (unsigned int)capability);
}

bool privilege_held(const struct privilege *privilege)
{
	return capability_held(privilege->capability) ||
	       (privilege->for_bpf && capability_held(CAP_SYS_ADMIN));
}

bool privilege_to_read(void)
{
	return capability_held(CAP_SYS_PTRACE);
}

bool privilege_missing_for_bpf(char *ret_names, size_t size)
{
	size_t used = 0;

	for (const struct privilege *p = privileges; p->name; p++) {
		if (!p->for_bpf || privilege_held(p))
			continue;

		int length =
			snprintf(ret_names + used, size - used, "%s%s", used ? ", " : "", p->name);

		if (length < 0 || (size_t)length >= size - used)
			break;
		used += (size_t)length;
	}
	return used > 0;
}
