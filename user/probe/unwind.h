/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a frame to its caller, by call frame information: the registers that a
 * sleeping task has, and the memory of its stack, are enough, so nobody is
 * stopped. libdw's own walker does not say which frames it only guessed.
 */
#ifndef DLTRACE_UNWIND_H
#define DLTRACE_UNWIND_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"

struct image_place;

/* DWARF's numbers, as in struct task_regs. */
#if defined(__x86_64__)
#define UNWIND_REGISTERS 17
#define UNWIND_FP	 6
#define UNWIND_SP	 7
#define UNWIND_PC	 16
#elif defined(__aarch64__)
#define UNWIND_REGISTERS 33
#define UNWIND_FP	 29
#define UNWIND_SP	 31
#define UNWIND_PC	 32
#else
#error "no such architecture yet: add its registers here"
#endif

struct unwind_registers {
	uint64_t value[UNWIND_REGISTERS];
	uint64_t known; /* bit n: value[n] is */
	bool is_exact;	/* the pc is that of an instruction to come, not behind a call */
};

void unwind_begin(const struct task_regs *regs, struct unwind_registers *ret);

/* The address that stands for the frame: of the call, not of what follows, which may be another
 * function's. */
static inline uint64_t unwind_address(const struct unwind_registers *registers)
{
	return registers->value[UNWIND_PC] - !registers->is_exact;
}

/* A word of the task's memory; false: there is none. */
struct unwind_memory {
	bool (*read)(void *context, uint64_t address, uint64_t *ret);
	void *context;
};

enum unwind_result {
	UNWIND_CALLER,	/* registers are the caller's now */
	UNWIND_END,	/* there is none: the thread began here */
	UNWIND_NO_RULE, /* nothing says how to go on; registers are unchanged */
};

enum unwind_result unwind_step(const struct image_place *place, const struct unwind_memory *memory,
			       struct unwind_registers *registers);

#endif /* DLTRACE_UNWIND_H */
