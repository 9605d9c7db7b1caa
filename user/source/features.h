/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this kernel and these privileges allow, to paste into a bug report.
 */
#ifndef DLTRACE_FEATURES_H
#define DLTRACE_FEATURES_H

#include <stdio.h>

/* One line each. 0, or -EIO if it could not be written. */
int features_print(FILE *file);

#endif /* DLTRACE_FEATURES_H */
