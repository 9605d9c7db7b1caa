/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an image says of its own addresses: functions, lines, and the calls that
 * the compiler has made disappear; variables.
 */
#ifndef DLTRACE_NAMES_H
#define DLTRACE_NAMES_H

#include <stdint.h>

#include "core/stack.h"

struct image;

/*
 * The frames that one address of code stands for: inlined ones first, innermost first, then the
 * function itself. Fills in function, file, line, flags and module. How many, at most max and at
 * least 1.
 */
uint32_t names_of_code(struct image *image, uint64_t address, struct stack_frame *ret_frames,
		       uint32_t max);

/* The function or variable there; its address is the image's. 0 or -ENOENT. */
int names_symbol(struct image *image, uint64_t address, struct symbol *ret);

#endif /* DLTRACE_NAMES_H */
