/* SPDX-License-Identifier: BSD-2-Clause */
/* When to colour the text report. */
#ifndef DLTRACE_COLOR_H
#define DLTRACE_COLOR_H

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

#endif /* DLTRACE_COLOR_H */
