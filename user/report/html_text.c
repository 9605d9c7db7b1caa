/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html_text.h"

#include "report/printable.h"

void html_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

void html_bytes(FILE *out, const char *bytes, size_t size)
{
	html_text(out, printable(bytes, size, PRINTABLE_TEXT).text);
}
