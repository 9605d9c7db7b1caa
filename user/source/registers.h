/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers of one sleeping task, read through an iterator made for it.
 */
#ifndef DLTRACE_REGISTERS_H
#define DLTRACE_REGISTERS_H

#include <stdint.h>

#include "bpf/event.h"

/*
 * program_fd: of the loaded regs__task. 0; -ESRCH: there is no such task, or it does not sleep in
 * a 64-bit system call; or the kernel's -errno.
 */
int registers_read(int program_fd, uint32_t tid, struct task_regs *ret);

#endif /* DLTRACE_REGISTERS_H */
