/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/stack.h"

#include <errno.h>
#include <stddef.h>

const char *stack_missing(const struct stack *stack)
{
	switch (stack->error) {
	case 0:
		return stack->partial ? "outer frames could not be read" : NULL;
	case -EAGAIN:
		return "it ran while its stack was read";
	case -ETIMEDOUT:
		return "reading its stack took too long";
	case -EIO:
		return "reading its stack failed on one of its files";
	case -EACCES:
	case -EPERM:
		return "its stack may not be read";
	case -ESRCH:
		return "it runs, or has ended";
	default:
		return "its stack could not be read";
	}
}
