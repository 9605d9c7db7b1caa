/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/json_evidence.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/kind.h"
#include "report/json_line.h"

void json_add_call(struct json_line *line, struct json_object *to, const struct look_task *task)
{
	struct json_object *item = json_add_object(line, to, NULL);
	char path[64], meaning[64], value[CALL_ARGS * sizeof(" 0x0123456789abcdef") + 16];
	int length = snprintf(value, sizeof(value), "%d", task->call);

	for (size_t i = 0; i < CALL_ARGS; i++)
		length += snprintf(value + length, sizeof(value) - (size_t)length, " 0x%" PRIx64,
				   (uint64_t)task->args[i]);
	snprintf(path, sizeof(path), "/proc/%u/task/%u/syscall", task->pid, task->tid);
	snprintf(meaning, sizeof(meaning), "waits in %s", call_name(task->call));
	json_add_text(line, item, "source", evidence_source_name[EVIDENCE_PROC]);
	json_add_text(line, item, "path", path);
	json_add_text(line, item, "value", value);
	json_add_text(line, item, "meaning", meaning);
}

static void add_memory(struct json_line *line, struct json_object *to,
		       const struct evidence *evidence)
{
	char hex[2 * sizeof(evidence->bytes) + 1] = "";

	for (size_t i = 0; i < evidence->length && i < sizeof(evidence->bytes); i++)
		snprintf(&hex[2 * i], 3, "%02x", evidence->bytes[i]);
	json_add_number(line, to, "pid", evidence->pid);
	json_add_address(line, to, "address", evidence->address);
	json_add_text(line, to, "bytes", hex);
}

static void add_kernel(struct json_line *line, struct json_object *to,
		       const struct evidence *evidence)
{
	json_add_bytes(line, to, "what", evidence->what, sizeof(evidence->what));
	if (evidence->kernel < 0)
		json_add_null(line, to, "kernel"); /* there was no number to read */
	else
		json_add_signed(line, to, "kernel", evidence->kernel);
	json_add_signed(line, to, "found", evidence->found);
}

static void add_proc(struct json_line *line, struct json_object *to,
		     const struct evidence *evidence)
{
	json_add_bytes(line, to, "path", evidence->what, sizeof(evidence->what));
	json_add_bytes(line, to, "value", evidence->value, sizeof(evidence->value));
}

static void add_history(struct json_line *line, struct json_object *to,
			const struct evidence *evidence)
{
	if (*evidence->what)
		json_add_bytes(line, to, "what", evidence->what, sizeof(evidence->what));
	json_add_bytes(line, to, "value", evidence->value, sizeof(evidence->value));
}

void json_add_evidence(struct json_line *line, struct json_object *to,
		       const struct evidence *evidence)
{
	static void (*const add_source[])(struct json_line *, struct json_object *,
					  const struct evidence *) = {
		[EVIDENCE_MEMORY] = add_memory,
		[EVIDENCE_KERNEL] = add_kernel,
		[EVIDENCE_PROC] = add_proc,
		[EVIDENCE_HISTORY] = add_history,
	};
	struct json_object *item = json_add_object(line, to, NULL);

	json_add_text(line, item, "source", evidence_source_name[evidence->source]);
	add_source[evidence->source](line, item, evidence);
	if (evidence->meaning)
		json_add_text(line, item, "meaning", evidence->meaning);
}
