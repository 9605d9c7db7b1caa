/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence in small print, one fact a line. Writes are unchecked: see buffer.h. */
#ifndef DLTRACE_TEXT_EVIDENCE_H
#define DLTRACE_TEXT_EVIDENCE_H

#include <stdio.h>

struct evidence;

void text_evidence(FILE *out, const struct evidence *evidence);

#endif /* DLTRACE_TEXT_EVIDENCE_H */
