/* SPDX-License-Identifier: BSD-2-Clause */
/* Where each version of CPython keeps things. */
#include "python/layout.h"

#include <stddef.h>

/* What the frame object of 3.8 to 3.10 and the versions around it share. */
#define BEFORE_3_11                                                                         \
	.runtime_interpreters = 32, .interpreter_next = 0, .interpreter_threads = 8,        \
	.thread_ident = 176, .thread_frame = 24, .frame_previous = 24, .frame_code = 32,    \
	.frame_globals = 48, .frame_values = 64, .generator_frame = 16, .code_file = 104,   \
	.code_name = 112, .code_first_line = 40, .code_lines = 120, .code_names = 64,       \
	.code_stack_size = 32, .code_locals = 28, .code_local_names = 72, .code_cells = 88, \
	.code_frees = 80, .code_bytes = 48, .opcode_with = 143, .string_ascii = 48,         \
	.string_compact = 72, .keys_count = 32, .keys_indices = 40, .attributes = ATTRIBUTES_DICT

#define SINCE_3_11                                                                        \
	.inline_calls = true, .lines = LINES_LOCATIONS, .frame_instruction = 56,          \
	.frame_locals = 72, .frame_size = 72, .generator_inline = true, .code_file = 112, \
	.code_name = 120, .code_qualname = 128, .code_lines = 136, .code_exceptions = 40, \
	.code_names = 32, .code_local_names = 96, .keys_count = 24, .keys_indices = 32,   \
	.function_code = 48, .top = TOP_INDEX, .frame_top = 64

#define SINCE_3_12                                                                            \
	SINCE_3_11, .shims = true, .frame_code = 0, .frame_previous = 8, .frame_globals = 24, \
		    .frame_owner = 70, .generator_frame = 72, .code_first_line = 68,          \
		    .code_stack_size = 64, .code_locals = 72, .string_ascii = 40,             \
		    .string_compact = 56, .type_cached_keys = 880

static const struct python_layout layouts[] = {
	{
		BEFORE_3_11,
		.version = PYTHON_VERSION(3, 8),
		.task_state = 72,
		.task_waiter = 104,
		.lines = LINES_LNOTAB,
		.runtime_gil = 1152,
		.runtime_current = 1368,
		.interpreter_modules = 56,
		.frame_instruction = 104,
		.frame_top = 72,
		.frame_locals = 360,
		.frame_blocks = 112,
		.frame_block_stack = 120,
		.frame_size = 360,
		.type_cached_keys = 872,
		.function_code = 16,
	},
	{
		BEFORE_3_11,
		.version = PYTHON_VERSION(3, 9),
		.task_state = 80,
		.task_waiter = 144,
		.lines = LINES_LNOTAB,
		.runtime_gil = 352,
		.runtime_current = 568,
		.interpreter_modules = 856,
		.frame_instruction = 104,
		.frame_top = 72,
		.frame_locals = 360,
		.frame_blocks = 112,
		.frame_block_stack = 120,
		.frame_size = 360,
		.type_cached_keys = 864,
		.function_code = 16,
	},
	{
		BEFORE_3_11,
		.version = PYTHON_VERSION(3, 10),
		.task_state = 88,
		.task_waiter = 152,
		.lines = LINES_RANGES,
		.top = TOP_DEPTH,
		.runtime_gil = 352,
		.runtime_current = 568,
		.interpreter_modules = 856,
		.frame_instruction = 96,
		.frame_top = 80,
		.frame_locals = 352,
		.frame_blocks = 104,
		.frame_block_stack = 112,
		.frame_size = 352,
		.type_cached_keys = 872,
		.function_code = 48,
	},
	{
		SINCE_3_11,
		.version = PYTHON_VERSION(3, 11),
		.opcode_with = 53,
		.task_state = 88,
		.task_waiter = 128,
		.attributes = ATTRIBUTES_BEFORE,
		.runtime_interpreters = 40,
		.runtime_gil = 360,
		.runtime_current = 576,
		.interpreter_next = 0,
		.interpreter_threads = 16,
		.interpreter_modules = 888,
		.thread_ident = 152,
		.thread_native = 160,
		.thread_frame = 56,
		.cframe_frame = 8 + 1,
		.frame_code = 32,
		.frame_previous = 48,
		.frame_globals = 8,
		.frame_entry = 68,
		.frame_owner = 69,
		.generator_frame = 80,
		.code_first_line = 72,
		.code_stack_size = 68,
		.code_locals = 76,
		.code_instructions = 184,
		.string_ascii = 48,
		.string_compact = 72,
		.type_cached_keys = 872,
	},
	{
		SINCE_3_12,
		.version = PYTHON_VERSION(3, 12),
		.opcode_with = 53,
		.task_state = 88,
		.task_waiter = 128,
		.attributes = ATTRIBUTES_TAGGED,
		.runtime_interpreters = 40,
		.interpreter_gil = 384,
		.interpreter_next = 0,
		.interpreter_threads = 72,
		.interpreter_modules = 944,
		.thread_ident = 136,
		.thread_status = 24,
		.thread_native = 144,
		.thread_frame = 56,
		.cframe_frame = 0 + 1,
		.code_instructions = 192,
	},
	{
		SINCE_3_12,
		.version = PYTHON_VERSION(3, 13),
		.opcode_with = 2,
		.task_state = 96,
		.task_waiter = 112,
		.attributes = ATTRIBUTES_INLINE,
		.debug_offsets = true,
		.parking = true,
		.runtime_interpreters = 632,
		.interpreter_gil = 16,
		.interpreter_next = 7264,
		.interpreter_threads = 7344,
		.interpreter_modules = 7656,
		.thread_ident = 152,
		.thread_status = 32,
		.thread_native = 160,
		.thread_frame = 72,
		.code_instructions = 200,
	},
};

const struct python_layout *python_layout_find(uint32_t version)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		if (layouts[i].version == (version & 0xffff0000))
			return &layouts[i];
	return NULL;
}
