/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/fold.h"

#include <string.h>

size_t fold_columns(const char *text, size_t length)
{
	size_t columns = 0;

	for (size_t i = 0; i < length; i++)
		columns += (text[i] & 0xc0) != 0x80; /* others only continue a character */
	return columns;
}

void fold(FILE *out, const char *text, size_t column, size_t indent)
{
	for (const char *gap = ""; *text; gap = " ") {
		size_t length = strcspn(text, " ");
		size_t columns = fold_columns(text, length);

		if (*gap && column + 1 + columns > LINE_COLUMNS) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
			gap = "";
		}
		fprintf(out, "%s%.*s", gap, (int)length, text);
		column += columns + (*gap != '\0');
		text += length;
		text += *text == ' ';
	}
	fputc('\n', out);
}
