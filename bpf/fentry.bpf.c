// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The calls at the entry and exit of the functions behind them, where the kernel
 * has trampolines for that: the cheapest way, since other calls are not touched.
 * The loader picks those whose function there is.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/call.h"
#include "bpf/task.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define FOLLOW(name, function, number)                                \
	SEC("?fentry/" function)                                      \
	int BPF_PROG(fentry__##name, const struct pt_regs *regs)      \
	{                                                             \
		call_enter(bpf_get_current_task_btf(), regs, number); \
		return 0;                                             \
	}                                                             \
	FOLLOW_EXIT(name, function, number)

#define FOLLOW_EXIT(name, function, number)                                          \
	SEC("?fexit/" function)                                                      \
	int BPF_PROG(fentry__##name##_exit, const struct pt_regs *regs, long result) \
	{                                                                            \
		call_exit(bpf_get_current_task_btf(), regs, number, result);         \
		return 0;                                                            \
	}

FOLLOW(futex, SYS_FUNCTION "futex", CALL_FUTEX)
FOLLOW(futex_wait, SYS_FUNCTION "futex_wait", CALL_FUTEX_WAIT)
FOLLOW(futex_waitv, SYS_FUNCTION "futex_waitv", CALL_FUTEX_WAITV)
FOLLOW(futex_requeue, SYS_FUNCTION "futex_requeue", CALL_FUTEX_REQUEUE)
FOLLOW_EXIT(futex_wake, SYS_FUNCTION "futex_wake", CALL_FUTEX_WAKE) /* never waits */
FOLLOW(wait4, SYS_FUNCTION "wait4", CALL_WAIT4)
FOLLOW(waitid, SYS_FUNCTION "waitid", CALL_WAITID)
FOLLOW(semop, SYS_FUNCTION "semop", CALL_SEMOP)
FOLLOW(semtimedop, SYS_FUNCTION "semtimedop", CALL_SEMTIMEDOP)

/* 32-bit calls whose arguments, or what they lead to, are laid out otherwise. */
FOLLOW(compat_futex_time32, COMPAT_PREFIX "sys_futex_time32", CALL_FUTEX)
FOLLOW(compat_wait4, COMPAT_PREFIX "compat_sys_wait4", CALL_WAIT4)
FOLLOW(compat_waitpid, COMPAT_PREFIX "sys_waitpid", CALL_WAIT4)
FOLLOW(compat_waitid, COMPAT_PREFIX "compat_sys_waitid", CALL_WAITID)

/* Those that are the same: where both share one register layout, they share the function. */
#ifdef COMPAT_SYS_FUNCTION
FOLLOW(compat_futex, COMPAT_SYS_FUNCTION "futex", CALL_FUTEX)
FOLLOW(compat_futex_wait, COMPAT_SYS_FUNCTION "futex_wait", CALL_FUTEX_WAIT)
FOLLOW(compat_futex_waitv, COMPAT_SYS_FUNCTION "futex_waitv", CALL_FUTEX_WAITV)
FOLLOW(compat_futex_requeue, COMPAT_SYS_FUNCTION "futex_requeue", CALL_FUTEX_REQUEUE)
FOLLOW_EXIT(compat_futex_wake, COMPAT_SYS_FUNCTION "futex_wake", CALL_FUTEX_WAKE)
FOLLOW(compat_semtimedop, COMPAT_SYS_FUNCTION "semtimedop", CALL_SEMTIMEDOP)
#endif
