/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a task is: its stack, and the names of addresses. Answers of a probe,
 * so fixed-size and without pointers; names are raw bytes of the traced program,
 * cut to what fits, and zero behind their NUL.
 */
#ifndef DLTRACE_STACK_H
#define DLTRACE_STACK_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define FRAME_NAME_LEN	 128
#define FRAME_FILE_LEN	 192
#define FRAME_MODULE_LEN 64
#define STACK_FRAMES_MAX 128

enum frame_type { FRAME_NATIVE, FRAME_PYTHON, FRAME_TYPES };

enum frame_flag {
	FRAME_INLINED = 1 << 0,	    /* by the compiler: its caller has the same pc */
	FRAME_APPROXIMATE = 1 << 1, /* a return address found by searching the stack */
};

/* One frame; a stack is an array of them, innermost first. */
struct stack_frame {
	uint64_t pc;	 /* native: in the process's memory; of callers, the return address */
	uint64_t offset; /* native: of pc, or of the call before it, as the module's file counts:
			    what addr2line takes */
	uint32_t line;	 /* 0: unknown */
	uint32_t type;	 /* enum frame_type */
	uint32_t flags;	 /* enum frame_flag */
	uint32_t reserved;
	char function[FRAME_NAME_LEN]; /* demangled; empty: unknown */
	char file[FRAME_FILE_LEN];     /* of the source; empty: unknown */
	char module[FRAME_MODULE_LEN]; /* base name of the ELF file; empty: unknown */
};

/* Which frames a report is to have. */
enum stacks { STACKS_ALL, STACKS_NATIVE, STACKS_PYTHON, STACKS_NONE };

/* The frames of one task; they are malloc'ed. */
struct stack {
	struct stack_frame *frames; /* innermost first */
	size_t count;
	int error;    /* why there are none: 0 if none were asked for */
	bool partial; /* outer frames are missing */
};

/* For people: what of the stack is missing, and why; NULL: nothing. */
const char *stack_missing(const struct stack *stack);

/* What an address of a process is called: a function or a variable. */
struct symbol {
	uint64_t address;	   /* where it begins */
	uint64_t size;		   /* 0: unknown */
	char name[FRAME_NAME_LEN]; /* demangled */
	char module[FRAME_MODULE_LEN];
};

/* A word of a task's used stack that is the address of memory of the process's own. */
struct stack_pointer {
	uint64_t where; /* its address; 0: a saved register */
	uint64_t value;
};

/* Cut to what fits, and zero behind the NUL: equal names are equal bytes. */
static inline void name_copy(char *to, size_t size, const char *from)
{
	size_t length = strnlen(from, size - 1);

	memcpy(to, from, length);
	memset(to + length, 0, size - length);
}

_Static_assert(sizeof(struct stack_frame) == 416, "stack_frame has padding");
_Static_assert(sizeof(struct symbol) == 208, "symbol has padding");
_Static_assert(sizeof(struct stack_pointer) == 16, "stack_pointer has padding");

#endif /* DLTRACE_STACK_H */
