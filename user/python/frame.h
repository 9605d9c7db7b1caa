/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames of Python functions: where they are, what they refer to.
 */
#ifndef DLTRACE_PYTHON_FRAME_H
#define DLTRACE_PYTHON_FRAME_H

#include "python/memory.h"

#define PYTHON_FRAMES_MOST 1000

struct python_code {
	uint64_t address;
	uint64_t file, name, lines, exceptions, names, local_names, cells, frees;
	int32_t first_line;
	uint32_t stack_size, local_count; /* locals with cells and free variables */
};

struct python_frame {
	uint64_t address, previous, globals;
	uint64_t locals;     /* address of the first local */
	uint64_t values;     /* address of the first slot of the value stack */
	int32_t instruction; /* byte offset of the current one in the code; below 0: not begun */
	bool is_entry;	     /* the outermost of one call of the evaluator */
	bool is_shim;	     /* no function's: marks where the evaluator was called */
	struct python_code code;
};

/* False if there is no frame at the address. */
bool python_frame_read(struct python *py, uint64_t address, struct python_frame *ret);
/* The next one outward that is a function's; false if there is none. */
bool python_frame_outward(struct python *py, const struct python_frame *frame,
			  struct python_frame *ret);
/* The innermost function's frame of those that begin at the address. */
bool python_frame_first(struct python *py, uint64_t address, struct python_frame *ret);
/* The frame of a generator or coroutine. */
bool python_frame_of_generator(struct python *py, uint64_t generator, struct python_frame *ret);

/* How many slots of the value stack are live for certain. */
uint32_t python_frame_live(struct python *py, const struct python_frame *frame);
/* Byte offset of the instruction that entered the with statement whose __exit__ is in that slot,
 * which is live; below 0: unknown. */
int32_t python_frame_with(struct python *py, const struct python_frame *frame, uint32_t slot);
/* The current line, 0 if there is none. */
uint32_t python_frame_line(struct python *py, const struct python_frame *frame);
/* The name of a local variable; false if it has none. Its value is at locals + 8 * index. */
bool python_frame_local_name(struct python *py, const struct python_frame *frame, uint32_t index,
			     char *ret, size_t size);
/* The value of a local variable or cell, 0 if it has none. */
uint64_t python_frame_local(struct python *py, const struct python_frame *frame, uint32_t index);
/* True if the frame is of a function of that name in a file of that base name. */
bool python_frame_is(struct python *py, const struct python_frame *frame, const char *function,
		     const char *file);
/* True if the file of the code has that base name. */
bool python_code_in(struct python *py, const struct python_code *code, const char *file);
/* True if the bound method is a function of that name, in a file of that base name. */
bool python_method_is(struct python *py, uint64_t method, const char *name, const char *file);
/* True if the code mentions that name of a global or attribute. */
bool python_code_mentions(struct python *py, const struct python_code *code, const char *name);

#endif /* DLTRACE_PYTHON_FRAME_H */
