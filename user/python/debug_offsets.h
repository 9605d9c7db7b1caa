/* SPDX-License-Identifier: BSD-2-Clause */
/* Where one interpreter keeps things, by its version and by what it says itself. */
#ifndef DLTRACE_PYTHON_DEBUG_OFFSETS_H
#define DLTRACE_PYTHON_DEBUG_OFFSETS_H

#include "python/memory.h"

/* False if its version is not known, or if what it says of itself cannot be believed. */
bool python_layout_of(const struct python_memory *memory, const struct interpreter *interpreter,
		      struct python_layout *ret);

#endif /* DLTRACE_PYTHON_DEBUG_OFFSETS_H */
