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

#define BLOCKS_MOST 20 /* CO_MAXBLOCKS */
#define TABLE_MOST  (1u << 20)

struct block {
	int32_t type, handler, level;
};

static uint32_t live_by_blocks(struct python *py, const struct python_frame *frame)
{
	uint32_t count = python_word32(py, frame->address + py->layout->frame_blocks);
	struct block blocks[BLOCKS_MOST];
	int32_t live = 0;

	if (!count || count > BLOCKS_MOST ||
	    python_read(py, frame->address + py->layout->frame_block_stack, blocks,
			count * sizeof(blocks[0])))
		return 0;
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

static uint32_t live_by_table(struct python *py, const struct python_frame *frame)
{
	uint64_t bytes = frame->code.exceptions;
	uint64_t length = bytes ? python_word(py, bytes + BYTES_LENGTH) : 0;
	struct table table = { py, bytes + BYTES_DATA, bytes + BYTES_DATA + length };
	uint32_t start, size, target, depth, at;

	if (length > TABLE_MOST || frame->instruction < 0)
		return 0;
	at = (uint32_t)frame->instruction / 2;
	while (table_number(&table, &start) && table_number(&table, &size) &&
	       table_number(&table, &target) && table_number(&table, &depth))
		if (start <= at && at - start < size)
			return depth >> 1;
	return 0;
}

uint32_t python_frame_live(struct python *py, const struct python_frame *frame)
{
	uint32_t live =
		py->layout->inline_calls ? live_by_table(py, frame) : live_by_blocks(py, frame);

	return live <= frame->code.stack_size ? live : 0;
}
