/* SPDX-License-Identifier: BSD-2-Clause */
/* Text inside of HTML and SVG. Writes are unchecked: see buffer.h. */
#ifndef DLTRACE_HTML_TEXT_H
#define DLTRACE_HTML_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* Printable text with what means something in text and in quoted attributes escaped. */
void html_text(FILE *out, const char *text);
/* Bytes of a traced process, up to size or the first NUL. */
void html_bytes(FILE *out, const char *bytes, size_t size);
/* Of a function that writes printable text: HTML(out, label_task(HTML_OUT, task)). */
#define HTML(out, write)                                     \
	do {                                                 \
		struct buffer html_buffer_;                  \
		if (buffer_open(&html_buffer_))              \
			break;                               \
		write;                                       \
		if (!buffer_close(&html_buffer_))            \
			html_text((out), html_buffer_.text); \
		free(html_buffer_.text);                     \
	} while (0)
#define HTML_OUT html_buffer_.stream

#endif /* DLTRACE_HTML_TEXT_H */
