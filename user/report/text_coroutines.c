/* SPDX-License-Identifier: BSD-2-Clause */
/*
 *	    task Task-2 in transfer at bank.py:7
 *	      waits for Lock first, held by task Task-3
 */
#include "report/text_coroutines.h"

#include <stdlib.h>

#include "core/cleanup.h"
#include "core/coroutine.h"
#include "report/buffer.h"
#include "report/coroutine_line.h"
#include "report/fold.h"
#include "report/text_stack.h"

#define SHOWN 5

/* The nth of those whose holder is known and then of the others. */
static const struct coroutine *nth(const struct coroutines *coroutines, size_t n)
{
	for (int held = 1; held >= 0; held--)
		for (size_t i = 0; i < coroutines->count; i++)
			if ((*coroutines->tasks[i].holder != 0) == held && !n--)
				return &coroutines->tasks[i];
	return NULL;
}

static void write_folded(FILE *out, size_t indent, const struct coroutine *coroutine,
			 void (*write)(FILE *, const struct coroutine *))
{
	struct buffer buffer;

	if (buffer_open(&buffer))
		return;
	write(buffer.stream, coroutine);

	int error = buffer_close(&buffer);
	_cleanup_free_ char *text = buffer.text;

	if (error)
		return;
	fprintf(out, "%*s", (int)indent, "");
	fold(out, text, indent, indent + 2);
}

void text_coroutines(FILE *out, const struct coroutines *coroutines)
{
	for (size_t i = 0; i < coroutines->count && i < SHOWN; i++) {
		write_folded(out, 4, nth(coroutines, i), coroutine_who);
		write_folded(out, 6, nth(coroutines, i), coroutine_what);
	}
	if (coroutines->count > SHOWN || coroutines->partial)
		fprintf(out, "    and %s%zu more tasks (in --json)\n",
			coroutines->partial ? "at least " : "",
			coroutines->count > SHOWN ? coroutines->count - SHOWN : 0);
}

void text_coroutine_stacks(FILE *out, const struct coroutines *coroutines)
{
	for (size_t i = 0; i < coroutines->count && i < SHOWN; i++) {
		const struct coroutine *coroutine = nth(coroutines, i);

		write_folded(out, 2, coroutine, coroutine_who);
		text_stack(out, coroutine->frames, coroutine->frame_count, NULL);
	}
}
