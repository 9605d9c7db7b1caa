/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The processes whose waits are summed; user space keeps the map up to date.
 */
#ifndef DLTRACE_SCOPE_H
#define DLTRACE_SCOPE_H

#include <bpf/bpf_helpers.h>

#include "bpf/config.h"
#include "bpf/event.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, 1 /* BPF_F_NO_PREALLOC */);
	__uint(max_entries, 65536);
	__type(key, __u32);   /* a process */
	__type(value, __u32); /* any: user space tells old entries by it */
} scope __weak SEC(".maps");

static inline bool scope_has(__u32 pid)
{
	return !scoped || bpf_map_lookup_elem(&scope, &pid);
}

#endif /* DLTRACE_SCOPE_H */
