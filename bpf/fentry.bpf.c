// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The calls at the entry and exit of the functions behind them, where the kernel
 * has trampolines for that: the cheapest way, since other calls are not touched.
 * The loader picks those whose function there is. 32-bit calls are not followed.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/call.h"
#include "bpf/task.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define FOLLOW(name, number)                                                         \
	SEC("?fentry/" SYS_FUNCTION #name)                                           \
	int BPF_PROG(fentry__##name, const struct pt_regs *regs)                     \
	{                                                                            \
		call_enter(bpf_get_current_task_btf(), regs, number);                \
		return 0;                                                            \
	}                                                                            \
	SEC("?fexit/" SYS_FUNCTION #name)                                            \
	int BPF_PROG(fentry__##name##_exit, const struct pt_regs *regs, long result) \
	{                                                                            \
		call_exit(bpf_get_current_task_btf(), regs, number, result);         \
		return 0;                                                            \
	}

FOLLOW(futex, CALL_FUTEX)
FOLLOW(futex_wait, CALL_FUTEX_WAIT)
FOLLOW(futex_waitv, CALL_FUTEX_WAITV)
FOLLOW(futex_requeue, CALL_FUTEX_REQUEUE)
FOLLOW(wait4, CALL_WAIT4)
FOLLOW(waitid, CALL_WAITID)
FOLLOW(semop, CALL_SEMOP)
FOLLOW(semtimedop, CALL_SEMTIMEDOP)

/* Wakes are of interest when they have been done. */
SEC("?fexit/" SYS_FUNCTION "futex_wake")
int BPF_PROG(fentry__futex_wake_exit, const struct pt_regs *regs, long result)
{
	call_exit(bpf_get_current_task_btf(), regs, CALL_FUTEX_WAKE, result);
	return 0;
}
