/* SPDX-License-Identifier: BSD-2-Clause */
/*
 *	"coroutines":[{"task":"Task-2","state":"waits","awaits":"Lock first","held_by":"Task-3",
 *	               "stack":[{"type":"python","function":"Lock.acquire",...},...]}]
 */
#include "report/json_coroutines.h"

#include "core/coroutine.h"
#include "report/json_line.h"
#include "report/json_stack.h"

static void add_coroutine(struct json_line *line, struct json_object *to,
			  const struct coroutine *coroutine)
{
	static const char *const state[COROUTINE_STATES] = {
		[COROUTINE_WAITS] = "waits",
		[COROUTINE_READY] = "ready",
		[COROUTINE_RUNS] = "runs",
	};
	struct json_object *item = json_add_object(line, to, NULL);

	json_add_bytes(line, item, "task", coroutine->name, sizeof(coroutine->name));
	json_add_text(line, item, "state", state[coroutine->state]);
	if (*coroutine->awaits)
		json_add_bytes(line, item, "awaits", coroutine->awaits, sizeof(coroutine->awaits));
	if (*coroutine->holder)
		json_add_bytes(line, item, "held_by", coroutine->holder, sizeof(coroutine->holder));
	json_add_stack(line, item, coroutine->frames, coroutine->frame_count, NULL);
}

void json_add_coroutines(struct json_line *line, struct json_object *to,
			 const struct coroutines *coroutines)
{
	if (!coroutines->count)
		return;

	struct json_object *list = json_add_array(line, to, "coroutines");

	for (size_t i = 0; i < coroutines->count; i++)
		add_coroutine(line, list, &coroutines->tasks[i]);
	if (coroutines->partial)
		json_add_bool(line, to, "coroutines_incomplete", true);
}
