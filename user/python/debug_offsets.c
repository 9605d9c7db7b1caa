/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an interpreter says itself of where it keeps things: struct _Py_DebugOffsets
 * at the beginning of _PyRuntime (Include/internal/pycore_runtime.h, 3.13), words of
 * 64 bits. It corrects the table where a later release of the same version moved
 * something. It lies in the target's memory, so it is believed only within what
 * the readers have room for.
 */
#include "python/debug_offsets.h"

#include <stddef.h>
#include <string.h>

#define WORDS  44
#define COOKIE "xdebugpy"

enum { MOST_ANY = 32760, MOST_FRAME = 120, MOST_CODE = CODE_HEAD_SIZE - 8 };

static const struct {
	uint16_t word;	/* index in the structure */
	uint16_t field; /* offset in struct python_layout */
	uint16_t most;
} offsets[] = {
#define OFFSET(word, field, most)                                 \
	{                                                         \
		word, offsetof(struct python_layout, field), most \
	}
	OFFSET(5, runtime_interpreters, MOST_ANY), OFFSET(8, interpreter_next, MOST_ANY),
	OFFSET(9, interpreter_threads, MOST_ANY),  OFFSET(11, interpreter_modules, MOST_ANY),
	OFFSET(14, interpreter_gil, MOST_ANY),	   OFFSET(23, thread_frame, MOST_ANY),
	OFFSET(24, thread_ident, MOST_ANY),	   OFFSET(25, thread_native, MOST_ANY),
	OFFSET(27, thread_status, MOST_ANY),	   OFFSET(29, frame_previous, MOST_FRAME),
	OFFSET(30, frame_code, MOST_FRAME),	   OFFSET(31, frame_instruction, MOST_FRAME),
	OFFSET(32, frame_locals, MOST_ANY),	   OFFSET(33, frame_owner, MOST_FRAME),
	OFFSET(35, code_file, MOST_CODE),	   OFFSET(36, code_name, MOST_CODE),
	OFFSET(37, code_qualname, MOST_CODE),	   OFFSET(38, code_lines, MOST_CODE),
	OFFSET(39, code_first_line, MOST_CODE),	   OFFSET(41, code_local_names, MOST_CODE),
	OFFSET(43, code_instructions, MOST_ANY),
#undef OFFSET
};

/* Index of the one that is no field of the layout, since it is the same everywhere. */
#define WORD_OF_NEXT_THREAD 21

static bool offsets_take(const uint64_t words[WORDS], struct python_layout *layout)
{
	if (words[WORD_OF_NEXT_THREAD] != NODE_OF_THREAD)
		return false;
	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		uint64_t value = words[offsets[i].word];
		uint16_t offset = (uint16_t)value;

		if (value > offsets[i].most)
			return false;
		memcpy((char *)layout + offsets[i].field, &offset, sizeof(offset));
	}
	return true;
}

bool python_layout_of(const struct python_memory *memory, const struct interpreter *interpreter,
		      struct python_layout *ret)
{
	const struct python_layout *known = python_layout_find(interpreter->version);
	struct python_layout layout;
	uint64_t words[WORDS];

	if (!known)
		return false;
	layout = *known;
	if (layout.debug_offsets) {
		if (memory->fetch(memory->context, interpreter->runtime, words, sizeof(words)) ||
		    memcmp(words, COOKIE, sizeof(words[0])) || !offsets_take(words, &layout))
			return false;
	}
	*ret = layout;
	return true;
}
