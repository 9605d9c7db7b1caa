/* SPDX-License-Identifier: BSD-2-Clause */
/* Python's strings as UTF-8. */
#ifndef DLTRACE_PYTHON_TEXT_H
#define DLTRACE_PYTHON_TEXT_H

#include <stddef.h>
#include <stdint.h>

/*
 * `length` characters of `width` bytes each (1, 2 or 4) as UTF-8, cut before the first that does
 * not fit, and zeros behind them. What is no character becomes U+FFFD.
 */
void text_from_wide(const void *characters, uint64_t length, uint32_t width, char *ret,
		    size_t size);
/* Appends text that fits, or its beginning. */
void text_append(char *ret, size_t size, const char *text);

#endif /* DLTRACE_PYTHON_TEXT_H */
