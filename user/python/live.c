/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which slots of a frame's value stack are live.
 *
 * While a frame runs its stack pointer is in a register, and above it lie stale
 * values: among them, for instance, the __exit__ of a lock that the frame is
 * about to take, or that another frame had there before. But a block that the
 * compiler protects with a handler says how deep the stack was when it began,
 * so that the handler can be called with that depth; the slots below are live
 * for as long as the block lasts. A with statement is such a block. It begins
 * only when __enter__ has returned, so a thread that still waits for the lock
 * is not inside.
 *
 * Up to 3.10 blocks are pushed and popped at run time; since 3.11 they are in a
 * table by place in the code (Objects/exception_handling_notes.txt).
 */
#include "python/frame.h"

#define BLOCKS_MOST  20 /* CO_MAXBLOCKS */
#define TABLE_MOST   (1u << 20)
#define REGIONS_MOST 256
#define GAP_MOST     2
#define EXTENDED_ARG 144 /* up to 3.12 */

struct block {
	int32_t type, handler, level;
};

static uint32_t blocks_read(struct python *py, const struct python_frame *frame,
			    struct block ret[BLOCKS_MOST])
{
	uint32_t count = python_word32(py, frame->address + py->layout->frame_blocks);

	if (!count || count > BLOCKS_MOST ||
	    python_read(py, frame->address + py->layout->frame_block_stack, ret,
			count * sizeof(ret[0])))
		return 0;
	return count;
}

static uint32_t live_by_blocks(struct python *py, const struct python_frame *frame)
{
	struct block blocks[BLOCKS_MOST];
	uint32_t count = blocks_read(py, frame, blocks);
	int32_t live = 0;

	for (uint32_t i = 0; i < count; i++)
		if (blocks[i].level > live)
			live = blocks[i].level;
	return (uint32_t)live;
}

/* The table as bytes that are taken one after another. */
struct table {
	struct python *py;
	uint64_t at, end;
};

/* 6 bits at a time, the highest first; 0x40: more follow. 0x80 marks the beginning of an entry. */
static bool table_number(struct table *table, uint32_t *ret)
{
	uint32_t value = 0;

	for (int i = 0; i < 6 && table->at < table->end; i++) {
		uint8_t byte = python_byte(table->py, table->at++);

		value = value << 6 | (byte & 0x3f);
		if (!(byte & 0x40)) {
			*ret = value;
			return true;
		}
	}
	return false;
}

/* How many slots are live at an instruction, and where what is said of it begins; 0: none are. */
static uint32_t live_at(struct python *py, const struct python_frame *frame, uint32_t at,
			uint32_t *ret_start)
{
	uint64_t bytes = frame->code.exceptions;
	uint64_t length = bytes ? python_word(py, bytes + BYTES_LENGTH) : 0;
	struct table table = { py, bytes + BYTES_DATA, bytes + BYTES_DATA + length };
	uint32_t start, size, target, depth;

	if (length > TABLE_MOST)
		return 0;
	while (table_number(&table, &start) && table_number(&table, &size) &&
	       table_number(&table, &target) && table_number(&table, &depth)) {
		if (start > at || at - start >= size)
			continue;
		*ret_start = start;
		return depth >> 1;
	}
	return 0;
}

static uint32_t live_by_table(struct python *py, const struct python_frame *frame)
{
	uint32_t start;

	return frame->instruction < 0
		       ? 0
		       : live_at(py, frame, (uint32_t)frame->instruction / 2, &start);
}

uint32_t python_frame_live(struct python *py, const struct python_frame *frame)
{
	uint32_t live =
		py->layout->inline_calls ? live_by_table(py, frame) : live_by_blocks(py, frame);

	return live <= frame->code.stack_size ? live : 0;
}

/*
 * Backwards, for as long as the slot is live: what made it so is just before. Of instructions that
 * cannot fail, such as a try's, nothing is said, and some of them are passed over.
 */
static int32_t with_by_table(struct python *py, const struct python_frame *frame, uint32_t slot)
{
	uint32_t at = frame->instruction < 0 ? 0 : (uint32_t)frame->instruction / 2;
	uint64_t code = frame->code.address + py->layout->code_instructions;
	uint32_t gap = 0;

	for (int i = 0; i < REGIONS_MOST; i++) {
		uint32_t start, live = live_at(py, frame, at, &start);

		if (live > slot) {
			gap = 0;
			at = start;
		} else if (python_byte(py, code + 2ull * at) == py->layout->opcode_with) {
			return (int32_t)(2 * at);
		} else if (live || gap++ == GAP_MOST) {
			break;
		}
		if (!at--)
			break;
	}
	return -1;
}

static bool is_handler(const struct block *blocks, uint32_t count, uint32_t slot, int32_t handler)
{
	for (uint32_t i = 0; i < count; i++)
		if (blocks[i].level == (int32_t)slot + 1 && blocks[i].handler == handler)
			return true;
	return false;
}

/* What entered the slot's block says where its handler is. */
static int32_t with_by_blocks(struct python *py, const struct python_frame *frame, uint32_t slot)
{
	uint64_t code = python_word(py, frame->code.address + py->layout->code_bytes) + BYTES_DATA;
	int32_t unit = py->layout->lines == LINES_RANGES ? 2 : 1; /* of handlers, in bytes */
	struct block blocks[BLOCKS_MOST];
	uint32_t count = blocks_read(py, frame, blocks), argument = 0;

	for (int32_t at = 0; count && at < frame->instruction && py->reads_left; at += 2) {
		uint8_t opcode = python_byte(py, code + (uint64_t)at);

		argument |= python_byte(py, code + (uint64_t)at + 1);
		if (opcode == py->layout->opcode_with &&
		    is_handler(blocks, count, slot, (at + 2) / unit + (int32_t)argument))
			return at;
		argument = opcode == EXTENDED_ARG ? argument << 8 & 0xffffff : 0;
	}
	return -1;
}

int32_t python_frame_with(struct python *py, const struct python_frame *frame, uint32_t slot)
{
	return py->layout->inline_calls ? with_by_table(py, frame, slot)
					: with_by_blocks(py, frame, slot);
}
