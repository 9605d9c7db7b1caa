// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Programs that do nothing, where those of dltrace are attached: what the kernel takes to call one.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("raw_tp/sched_switch")
int empty__sched_switch(void *args)
{
	return 0;
}

SEC("raw_tp/sys_enter")
int empty__sys_enter(void *args)
{
	return 0;
}

SEC("raw_tp/sys_exit")
int empty__sys_exit(void *args)
{
	return 0;
}
