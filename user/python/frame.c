/* SPDX-License-Identifier: BSD-2-Clause */
/* Sources: Include/frameobject.h and Include/cpython/code.h of 3.8 to 3.10,
 * Include/internal/pycore_frame.h since 3.11. */
#include "python/frame.h"

#include <string.h>

#include "python/object.h"

#define OWNER_C_STACK 3 /* FRAME_OWNED_BY_CSTACK */
#define SHIMS_MOST    8
#define LOCALS_MOST   (1u << 16)
#define FRAME_BYTES   (128 + 8)

static uint64_t word_in(const unsigned char *bytes, uint16_t offset)
{
	uint64_t word;

	memcpy(&word, bytes + offset, sizeof(word));
	return word;
}

static uint32_t word32_in(const unsigned char *bytes, uint16_t offset)
{
	uint32_t word;

	memcpy(&word, bytes + offset, sizeof(word));
	return word;
}

static uint32_t tuple_length(struct python *py, uint64_t tuple)
{
	uint64_t length = tuple ? python_word(py, tuple + TUPLE_LENGTH) : 0;

	return length < LOCALS_MOST ? (uint32_t)length : 0;
}

static bool code_read(struct python *py, uint64_t address, struct python_code *ret)
{
	const struct python_layout *layout = py->layout;
	unsigned char bytes[CODE_HEAD_SIZE];

	if (python_class(py, address) != CLASS_CODE ||
	    python_read(py, address, bytes, sizeof(bytes)))
		return false;
	*ret = (struct python_code){
		.address = address,
		.file = word_in(bytes, layout->code_file),
		.name = word_in(bytes,
				layout->code_qualname ? layout->code_qualname : layout->code_name),
		.lines = word_in(bytes, layout->code_lines),
		.names = word_in(bytes, layout->code_names),
		.local_names = word_in(bytes, layout->code_local_names),
		.first_line = (int32_t)word32_in(bytes, layout->code_first_line),
		.stack_size = word32_in(bytes, layout->code_stack_size),
		.local_count = word32_in(bytes, layout->code_locals),
	};
	if (layout->inline_calls) {
		ret->exceptions = word_in(bytes, layout->code_exceptions);
	} else {
		ret->cells = word_in(bytes, layout->code_cells);
		ret->frees = word_in(bytes, layout->code_frees);
		ret->local_count += tuple_length(py, ret->cells) + tuple_length(py, ret->frees);
	}
	return ret->local_count < LOCALS_MOST && ret->stack_size < LOCALS_MOST;
}

/* Byte offset of the current instruction. */
static int32_t instruction_of(const struct python_layout *layout, const unsigned char *bytes,
			      const struct python_code *code)
{
	uint64_t at;

	if (!layout->inline_calls) {
		int32_t last = (int32_t)word32_in(bytes, layout->frame_instruction);

		return layout->lines == LINES_RANGES && last >= 0 && last < INT32_MAX / 2 ? 2 * last
											  : last;
	}
	at = word_in(bytes, layout->frame_instruction) - code->address - layout->code_instructions;
	return at < INT32_MAX ? (int32_t)at : -1;
}

/* All that is kept of a frame lies in its first bytes; up to 3.10 its blocks come later. */
bool python_frame_read(struct python *py, uint64_t address, struct python_frame *ret)
{
	const struct python_layout *layout = py->layout;
	unsigned char bytes[FRAME_BYTES];
	struct python_frame frame = { .address = address };
	uint8_t owner = 0;

	if (!address || address % 8 || python_read(py, address, bytes, sizeof(bytes)))
		return false;
	frame.previous = word_in(bytes, layout->frame_previous);
	if (layout->frame_owner)
		owner = bytes[layout->frame_owner];
	if (layout->shims && owner == OWNER_C_STACK) {
		frame.is_shim = true;
		*ret = frame;
		return true;
	}
	if (!code_read(py, word_in(bytes, layout->frame_code), &frame.code))
		return false;
	frame.globals = word_in(bytes, layout->frame_globals);
	frame.locals = address + layout->frame_locals;
	frame.values = layout->inline_calls ? frame.locals + 8ull * frame.code.local_count
					    : word_in(bytes, layout->frame_values);
	frame.instruction = instruction_of(layout, bytes, &frame.code);
	frame.is_entry =
		layout->frame_entry ? bytes[layout->frame_entry] == 1 : !layout->inline_calls;
	*ret = frame;
	return true;
}

bool python_frame_first(struct python *py, uint64_t address, struct python_frame *ret)
{
	for (int i = 0; i < SHIMS_MOST; i++) {
		if (!python_frame_read(py, address, ret))
			return false;
		if (!ret->is_shim)
			break;
		address = ret->previous;
	}
	if (ret->is_shim)
		return false;
	if (py->layout->shims) {
		struct python_frame below;

		ret->is_entry = !ret->previous ||
				(python_frame_read(py, ret->previous, &below) && below.is_shim);
	}
	return true;
}

bool python_frame_outward(struct python *py, const struct python_frame *frame,
			  struct python_frame *ret)
{
	return frame->previous && python_frame_first(py, frame->previous, ret);
}

bool python_frame_of_generator(struct python *py, uint64_t generator, struct python_frame *ret)
{
	enum python_class kind = python_class(py, generator);
	uint64_t at = generator + py->layout->generator_frame;

	if (kind != CLASS_GENERATOR && kind != CLASS_COROUTINE && kind != CLASS_ASYNC_GENERATOR)
		return false;
	return python_frame_first(py, py->layout->generator_inline ? at : python_word(py, at), ret);
}

bool python_frame_local_name(struct python *py, const struct python_frame *frame, uint32_t index,
			     char *ret, size_t size)
{
	const uint64_t tuples[] = { frame->code.local_names, frame->code.cells, frame->code.frees };

	for (size_t i = 0; i < sizeof(tuples) / sizeof(tuples[0]); i++) {
		uint32_t length = tuple_length(py, tuples[i]);

		if (index < length)
			return python_string(
				py, python_word(py, tuples[i] + TUPLE_ITEMS + 8ull * index), ret,
				size);
		index -= length;
	}
	return false;
}

uint64_t python_frame_local(struct python *py, const struct python_frame *frame, uint32_t index)
{
	uint64_t value =
		index < frame->code.local_count ? python_word(py, frame->locals + 8ull * index) : 0;

	if (value && python_class(py, value) == CLASS_CELL)
		return python_word(py, value + OBJECT_HEAD);
	return value;
}

bool python_code_in(struct python *py, const struct python_code *code, const char *file)
{
	char path[1024];
	size_t length, wanted = strlen(file);

	if (!python_string(py, code->file, path, sizeof(path)))
		return false;
	length = strlen(path);
	return length >= wanted && !strcmp(path + length - wanted, file) &&
	       (length == wanted || path[length - wanted - 1] == '/');
}

bool python_frame_is(struct python *py, const struct python_frame *frame, const char *function,
		     const char *file)
{
	char name[PYTHON_NAME_LEN];
	const char *dot;

	if (!python_string(py, frame->code.name, name, sizeof(name)))
		return false;
	dot = strrchr(name, '.');
	return !strcmp(dot ? dot + 1 : name, function) && python_code_in(py, &frame->code, file);
}

bool python_code_mentions(struct python *py, const struct python_code *code, const char *name)
{
	uint32_t length = tuple_length(py, code->names);

	for (uint32_t i = 0; i < length && py->reads_left; i++)
		if (python_string_is(py, python_word(py, code->names + TUPLE_ITEMS + 8ull * i),
				     name))
			return true;
	return false;
}

bool python_method_is(struct python *py, uint64_t method, const char *name, const char *file)
{
	uint64_t function = python_word(py, method + METHOD_FUNCTION);
	struct python_code code = { .address =
					    python_word(py, function + py->layout->function_code) };

	if (python_class(py, code.address) != CLASS_CODE)
		return false;
	code.file = python_word(py, code.address + py->layout->code_file);
	return python_string_is(py, python_word(py, code.address + py->layout->code_name), name) &&
	       python_code_in(py, &code, file);
}
