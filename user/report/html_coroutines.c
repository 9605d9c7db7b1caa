/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html_coroutines.h"

#include <stdlib.h>

#include "core/coroutine.h"
#include "report/buffer.h"
#include "report/coroutine_line.h"
#include "report/html_stack.h"
#include "report/html_text.h"

void html_coroutines(FILE *out, const struct coroutines *coroutines)
{
	for (size_t i = 0; i < coroutines->count; i++) {
		const struct coroutine *coroutine = &coroutines->tasks[i];

		fputs("<p>", out);
		HTML(out, {
			coroutine_who(HTML_OUT, coroutine);
			fputc(' ', HTML_OUT);
			coroutine_what(HTML_OUT, coroutine);
		});
		fputs("</p>\n", out);
		html_stack(out, coroutine->frames, coroutine->frame_count, NULL);
	}
	if (coroutines->partial)
		fputs("<p class=\"small\">and more tasks</p>\n", out);
}
