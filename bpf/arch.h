/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What differs between architectures: where a sleeping task's system call,
 * its arguments and its thread pointer are kept, and the numbers of the calls
 * that the kernel side must tell apart.
 */
#ifndef DLTRACE_ARCH_H
#define DLTRACE_ARCH_H

#include "bpf/event.h"

#define COMMON_CALLS 424 /* from this number on all tables agree (asm-generic/unistd.h) */

#if defined(__TARGET_ARCH_x86)

/* arch/x86/entry/syscalls/syscall_64.tbl */
enum call {
	CALL_WAIT4 = 61,
	CALL_SEMOP = 65,
	CALL_FUTEX = 202,
	CALL_SEMTIMEDOP = 220,
	CALL_WAITID = 247,
	CALL_FUTEX_WAITV = 449,
	CALL_FUTEX_WAKE = 454,
	CALL_FUTEX_WAIT = 455,
	CALL_FUTEX_REQUEUE = 456,
};

/*
 * A 32-bit call (arch/x86/entry/syscalls/syscall_32.tbl) by the number of the 64-bit call that
 * takes the same arguments, or takes more and is left the others' registers; -1: there is none, or
 * it is of no interest.
 */
static inline int compat_call_native(int number)
{
	switch (number) {
	case 3: /* read */
		return 0;
	case 4: /* write */
		return 1;
	case 7:	  /* waitpid */
	case 114: /* wait4 */
		return CALL_WAIT4;
	case 29: /* pause */
		return 34;
	case 142: /* _newselect */
		return 23;
	case 145: /* readv */
		return 19;
	case 146: /* writev */
		return 20;
	case 162: /* nanosleep */
		return 35;
	case 168: /* poll */
		return 7;
	case 179: /* rt_sigsuspend */
		return 130;
	case 240: /* futex */
	case 422: /* futex_time64 */
		return CALL_FUTEX;
	case 256: /* epoll_wait */
		return 232;
	case 267: /* clock_nanosleep */
	case 407: /* clock_nanosleep_time64 */
		return 230;
	case 284: /* waitid */
		return CALL_WAITID;
	case 308: /* pselect6 */
	case 413: /* pselect6_time64 */
		return 270;
	case 309: /* ppoll */
	case 414: /* ppoll_time64 */
		return 271;
	case 319: /* epoll_pwait */
		return 281;
	case 420: /* semtimedop_time64 */
		return CALL_SEMTIMEDOP;
	}
	return number < COMMON_CALLS ? -1 : number;
}

/* The functions behind the calls of 64-bit and of 32-bit programs (asm/syscall_wrapper.h). */
#define SYS_FUNCTION	    "__x64_sys_"
#define COMPAT_SYS_FUNCTION "__ia32_sys_"
#define COMPAT_PREFIX	    "__ia32_"

#define TS_COMPAT 0x2 /* arch/x86/include/asm/thread_info.h */

static inline int regs_call(const struct pt_regs *regs)
{
	return regs->orig_ax;
}

static inline void regs_args(const struct pt_regs *regs, __u64 *ret_args)
{
	ret_args[0] = regs->di;
	ret_args[1] = regs->si;
	ret_args[2] = regs->dx;
	ret_args[3] = regs->r10;
	ret_args[4] = regs->r8;
	ret_args[5] = regs->r9;
}

/* However a 32-bit call was made: the entries agree (arch/x86/entry/entry_64_compat.S). */
static inline void regs_compat_args(const struct pt_regs *regs, __u64 *ret_args)
{
	ret_args[0] = (__u32)regs->bx;
	ret_args[1] = (__u32)regs->cx;
	ret_args[2] = (__u32)regs->dx;
	ret_args[3] = (__u32)regs->si;
	ret_args[4] = (__u32)regs->di;
	ret_args[5] = (__u32)regs->bp;
}

static inline __u64 regs_arg2(const struct pt_regs *regs)
{
	return regs->si;
}

static inline __u64 regs_sp(const struct pt_regs *regs)
{
	return regs->sp;
}

static inline __u64 regs_ip(const struct pt_regs *regs)
{
	return regs->ip;
}

/* All of them, in DWARF's order; see struct task_regs. */
static inline void regs_fill(const struct pt_regs *regs, __u64 *ret_regs)
{
	ret_regs[0] = regs->ax;
	ret_regs[1] = regs->dx;
	ret_regs[2] = regs->cx;
	ret_regs[3] = regs->bx;
	ret_regs[4] = regs->si;
	ret_regs[5] = regs->di;
	ret_regs[6] = regs->bp;
	ret_regs[7] = regs->sp;
	ret_regs[8] = regs->r8;
	ret_regs[9] = regs->r9;
	ret_regs[10] = regs->r10;
	ret_regs[11] = regs->r11;
	ret_regs[12] = regs->r12;
	ret_regs[13] = regs->r13;
	ret_regs[14] = regs->r14;
	ret_regs[15] = regs->r15;
	ret_regs[16] = regs->ip;
}

static inline __u64 task_thread_pointer(const struct task_struct *task)
{
	return task->thread.fsbase;
}

static inline bool task_is_compat(const struct task_struct *task)
{
	return task->thread_info.status & TS_COMPAT;
}

#elif defined(__TARGET_ARCH_arm64)

/* include/uapi/asm-generic/unistd.h */
enum call {
	CALL_WAITID = 95,
	CALL_FUTEX = 98,
	CALL_SEMTIMEDOP = 192,
	CALL_SEMOP = 193,
	CALL_WAIT4 = 260,
	CALL_FUTEX_WAITV = 449,
	CALL_FUTEX_WAKE = 454,
	CALL_FUTEX_WAIT = 455,
	CALL_FUTEX_REQUEUE = 456,
};

/* As above: arch/arm64/include/asm/unistd32.h. */
static inline int compat_call_native(int number)
{
	switch (number) {
	case 3: /* read */
		return 63;
	case 4: /* write */
		return 64;
	case 114: /* wait4 */
		return CALL_WAIT4;
	case 145: /* readv */
		return 65;
	case 146: /* writev */
		return 66;
	case 162: /* nanosleep */
		return 101;
	case 240: /* futex */
	case 422: /* futex_time64 */
		return CALL_FUTEX;
	case 280: /* waitid */
		return CALL_WAITID;
	case 336: /* ppoll */
	case 414: /* ppoll_time64 */
		return 73;
	case 420: /* semtimedop_time64 */
		return CALL_SEMTIMEDOP;
	}
	return number < COMMON_CALLS ? -1 : number;
}

#define SYS_FUNCTION  "__arm64_sys_"
#define COMPAT_PREFIX "__arm64_"

#define TIF_32BIT 22 /* arch/arm64/include/asm/thread_info.h */

static inline int regs_call(const struct pt_regs *regs)
{
	return regs->syscallno;
}

/* x0 is overwritten by the result, so the kernel keeps the first argument apart. */
static inline void regs_args(const struct pt_regs *regs, __u64 *ret_args)
{
	ret_args[0] = regs->orig_x0;
	ret_args[1] = regs->user_regs.regs[1];
	ret_args[2] = regs->user_regs.regs[2];
	ret_args[3] = regs->user_regs.regs[3];
	ret_args[4] = regs->user_regs.regs[4];
	ret_args[5] = regs->user_regs.regs[5];
}

static inline void regs_compat_args(const struct pt_regs *regs, __u64 *ret_args)
{
	regs_args(regs, ret_args);
}

static inline __u64 regs_arg2(const struct pt_regs *regs)
{
	return regs->user_regs.regs[1];
}

static inline __u64 regs_sp(const struct pt_regs *regs)
{
	return regs->user_regs.sp;
}

static inline __u64 regs_ip(const struct pt_regs *regs)
{
	return regs->user_regs.pc;
}

static inline void regs_fill(const struct pt_regs *regs, __u64 *ret_regs)
{
	for (int i = 0; i < 31; i++)
		ret_regs[i] = regs->user_regs.regs[i];
	ret_regs[31] = regs->user_regs.sp;
	ret_regs[32] = regs->user_regs.pc;
}

static inline __u64 task_thread_pointer(const struct task_struct *task)
{
	return task->thread.uw.tp_value;
}

static inline bool task_is_compat(const struct task_struct *task)
{
	return task->thread_info.flags >> TIF_32BIT & 1;
}

#else
#error "no such architecture yet: add its registers and call numbers here"
#endif

#endif /* DLTRACE_ARCH_H */
