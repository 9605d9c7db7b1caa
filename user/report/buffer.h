/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A report is composed in memory and written whole: so a lack of memory shows
 * once, at the end, and never leaves half a line.
 *
 *	struct buffer buffer;
 *	if (buffer_open(&buffer))
 *		return -ENOMEM;
 *	fprintf(buffer.stream, ...);	(unchecked, as often as needed)
 *	int error = buffer_close(&buffer);
 *	...				(buffer.text is there if there was no error)
 *	free(buffer.text);		(always)
 */
#ifndef DLTRACE_BUFFER_H
#define DLTRACE_BUFFER_H

#include <stddef.h>
#include <stdio.h>

struct buffer {
	FILE *stream;
	char *text; /* malloc'ed, the caller's once the buffer is closed */
	size_t length;
};

/* 0 or -ENOMEM. */
int buffer_open(struct buffer *buffer);
/* 0, or -ENOMEM if any write to the stream failed; text is then NULL. */
int buffer_close(struct buffer *buffer);

#endif /* DLTRACE_BUFFER_H */
