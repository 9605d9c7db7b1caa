/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/coroutine_line.h"

#include "core/coroutine.h"
#include "core/own_frame.h"
#include "report/place.h"
#include "report/printable.h"

#define TEXT(field) printable(field, sizeof(field), PRINTABLE_TEXT).text

void coroutine_who(FILE *out, const struct coroutine *coroutine)
{
	size_t own = own_frame_find(coroutine->frames, coroutine->frame_count, 0);

	fprintf(out, "task %s", TEXT(coroutine->name));
	if (own < coroutine->frame_count)
		fprintf(out, " in %s", place_of_frame(&coroutine->frames[own]).text);
}

void coroutine_what(FILE *out, const struct coroutine *coroutine)
{
	static const char *const state[COROUTINE_STATES] = {
		[COROUTINE_WAITS] = "waits",
		[COROUTINE_READY] = "is ready to go on",
		[COROUTINE_RUNS] = "runs",
	};

	fputs(state[coroutine->state], out);
	if (coroutine->state == COROUTINE_WAITS)
		fprintf(out, " for %s",
			*coroutine->awaits ? TEXT(coroutine->awaits) : "what is not known");
	if (*coroutine->holder)
		fprintf(out, ", held by task %s", TEXT(coroutine->holder));
}
