/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a recording look by look.
 */
#ifndef DLTRACE_REPLAY_H
#define DLTRACE_REPLAY_H

#include <stddef.h>

#include "core/answers.h"
#include "core/look.h"

struct replay;

/*
 * Opens a recording and reads its first lines. Events are given to take_event
 * as replay_next() comes upon them. 0 or -errno, with the reason in why, which
 * is printable and names the line. Ended by replay_close().
 */
int replay_open(const char *path, void (*take_event)(const struct event *event, void *context),
		void *context, struct replay **ret_replay, char *why, size_t size);
/* Also if replay is NULL. */
void replay_close(struct replay *replay);

/*
 * The next look (look_deinit() is the caller's) and what was answered about it:
 * ret_answers, which is cleared and filled. 1; 0 at the end of the recording;
 * -EINVAL: malformed, or another -errno, both with the reason in why. ret_look
 * is unchanged unless it is 1.
 */
int replay_next(struct replay *replay, struct look *ret_look, struct answers *ret_answers,
		char *why, size_t size);

#endif /* DLTRACE_REPLAY_H */
