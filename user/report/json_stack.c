/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/json_stack.h"

#include "core/own_frame.h"
#include "core/stack.h"
#include "report/json_line.h"

static const char *const frame_type_name[FRAME_TYPES] = {
	[FRAME_NATIVE] = "native",
	[FRAME_PYTHON] = "python",
};

static void add_known(struct json_line *line, struct json_object *to, const char *key,
		      const char *bytes, size_t size)
{
	if (*bytes)
		json_add_bytes(line, to, key, bytes, size);
}

static void add_frame(struct json_line *line, struct json_object *to,
		      const struct stack_frame *frame, bool is_place)
{
	struct json_object *item = json_add_object(line, to, NULL);

	json_add_text(line, item, "type", frame_type_name[frame->type]);
	add_known(line, item, "function", frame->function, sizeof(frame->function));
	add_known(line, item, "file", frame->file, sizeof(frame->file));
	if (frame->line)
		json_add_number(line, item, "line", frame->line);
	add_known(line, item, "module", frame->module, sizeof(frame->module));
	if (frame->type == FRAME_NATIVE) {
		json_add_address(line, item, "offset", frame->offset);
		json_add_address(line, item, "pc", frame->pc);
	}
	if (frame->flags & FRAME_INLINED)
		json_add_bool(line, item, "inlined", true);
	if (frame->flags & FRAME_APPROXIMATE)
		json_add_bool(line, item, "approximate", true);
	if (is_place)
		json_add_bool(line, item, "place", true);
}

void json_add_stack(struct json_line *line, struct json_object *to, const struct stack_frame *stack,
		    size_t count, const char *missing)
{
	size_t place = own_frame_find(stack, count, 0);

	if (missing)
		json_add_text(line, to, "stack_incomplete", missing);
	if (!count)
		return;

	struct json_object *list = json_add_array(line, to, "stack");

	for (size_t i = 0; i < count; i++)
		add_frame(line, list, &stack[i], i == place);
}
