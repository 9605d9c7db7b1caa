/* SPDX-License-Identifier: BSD-2-Clause */
/* Text folded for an 80-column terminal. */
#ifndef DLTRACE_FOLD_H
#define DLTRACE_FOLD_H

#include <stddef.h>
#include <stdio.h>

#define LINE_COLUMNS 79

/* Columns that valid UTF-8 text takes, one character taken for one column. */
size_t fold_columns(const char *text, size_t length);

/*
 * Writes text (valid UTF-8) and a newline, broken at spaces so that lines stay
 * under 80 columns where words allow. The first line begins where the caller
 * has written `column` columns, the others with `indent` spaces. Writes are
 * unchecked: see buffer.h.
 */
void fold(FILE *out, const char *text, size_t column, size_t indent);

#endif /* DLTRACE_FOLD_H */
