/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this kernel and these privileges allow, to paste into a bug report.
 */
#ifndef DLTRACE_FEATURES_H
#define DLTRACE_FEATURES_H

#include <stdio.h>

/* One line each. Errors of writing are the file's. */
void features_print(FILE *file);

#endif /* DLTRACE_FEATURES_H */
