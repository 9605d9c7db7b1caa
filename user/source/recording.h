/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing a recording: all that the verdicts are made from, as core/record.h
 * says it. The file holds memory of other processes, so only its owner may
 * read it.
 */
#ifndef DLTRACE_RECORDING_H
#define DLTRACE_RECORDING_H

#include "core/answers.h"
#include "core/look.h"

struct recording;

/*
 * Begins a recording in the file, which is replaced. 0 or -errno; *ret_recording
 * is ended by recording_close().
 */
int recording_open(const char *path, struct recording **ret_recording);

/* An event that could not be written is reported by the next look. */
void recording_event(struct recording *recording, const struct event *event);
/*
 * The look with all that was asked about it: to be called after it was judged.
 * 0, or -errno if something could not be written; after that nothing more is
 * written, and it is not reported again.
 */
int recording_look(struct recording *recording, const struct look *look,
		   const struct answers *answers);

/* Also if recording is NULL. 0, or an error that was not reported yet. */
int recording_close(struct recording *recording);

#endif /* DLTRACE_RECORDING_H */
