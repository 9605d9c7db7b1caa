/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/scan.h"

#include <string.h>

#include "probe/unwind.h"

#define WORD sizeof(uint64_t)

#if defined(__x86_64__)

#define CODE_LENGTH 7
#define RET_OFFSET  WORD /* of the return address behind the saved frame pointer */
#define FRAME_END   (2 * WORD)

/*
 * Calls, by their last bytes (Intel SDM volume 2, CALL): E8 and 4 bytes; or FF /2, where the bytes
 * behind ModRM follow from its mod and rm.
 */
static bool ends_with_call(const uint8_t *code, size_t length)
{
	if (length >= 5 && code[length - 5] == 0xe8)
		return true;
	for (size_t size = 2; size <= CODE_LENGTH && size <= length; size++) {
		const uint8_t *at = code + length - size;
		uint8_t mod = at[1] >> 6, rm = at[1] & 7;
		size_t wanted = 2 + (mod != 3 && rm == 4) + (mod == 1) +
				(mod == 2 || (mod == 0 && rm == 5) ? 4 : 0);

		if (at[0] == 0xff && (at[1] >> 3 & 7) == 2 && wanted == size)
			return true;
	}
	return false;
}

#elif defined(__aarch64__)

#define CODE_LENGTH 4
#define RET_OFFSET  WORD
#define FRAME_END   (2 * WORD)

/* BL and BLR (Arm ARM, C6.2) */
static bool ends_with_call(const uint8_t *code, size_t length)
{
	uint32_t instruction;

	if (length < sizeof(instruction))
		return false;
	memcpy(&instruction, code + length - sizeof(instruction), sizeof(instruction));
	return (instruction & 0xfc000000) == 0x94000000 || (instruction & 0xfffffc1f) == 0xd63f0000;
}

#endif

static bool is_return_address(const struct scan_view *view, uint64_t address)
{
	uint8_t code[CODE_LENGTH];
	size_t length = view->code_before(view->context, address, code, sizeof(code));

	return length && ends_with_call(code + sizeof(code) - length, length);
}

/* The word at fp is the caller's fp, and behind it is the return address. */
static bool is_frame(const struct scan_view *view, uint64_t sp, uint64_t fp, uint64_t *ret_fp,
		     uint64_t *ret_pc)
{
	return fp % WORD == 0 && fp >= sp && fp - sp < SCAN_BYTES &&
	       view->read(view->context, fp, ret_fp) &&
	       view->read(view->context, fp + RET_OFFSET, ret_pc) &&
	       is_return_address(view, *ret_pc);
}

static void set(struct unwind_registers *registers, int number, uint64_t value)
{
	registers->value[number] = value;
	registers->known |= 1ull << number;
}

static bool step_by_frame_pointer(const struct scan_view *view, struct unwind_registers *registers)
{
	uint64_t fp = registers->value[UNWIND_FP], saved, pc;

	if (!(registers->known >> UNWIND_FP & 1) ||
	    !is_frame(view, registers->value[UNWIND_SP], fp, &saved, &pc))
		return false;
	registers->known = 0;
	set(registers, UNWIND_PC, pc);
	set(registers, UNWIND_SP, fp + FRAME_END);
	set(registers, UNWIND_FP, saved);
	return true;
}

/* Whoever was called may have left the frame pointer alone; it is believed if it leads to a frame.
 */
static bool step_by_search(const struct scan_view *view, struct unwind_registers *registers)
{
	uint64_t sp = (registers->value[UNWIND_SP] + WORD - 1) / WORD * WORD, end = sp + SCAN_BYTES;
	uint64_t fp = registers->value[UNWIND_FP], word, ignored;
	bool fp_known = registers->known >> UNWIND_FP & 1;

	for (; sp < end && view->read(view->context, sp, &word); sp += WORD) {
		if (!is_return_address(view, word))
			continue;
		registers->known = 0;
		set(registers, UNWIND_PC, word);
		set(registers, UNWIND_SP, sp + WORD);
		if (fp_known && is_frame(view, sp + WORD, fp, &ignored, &word))
			set(registers, UNWIND_FP, fp);
		return true;
	}
	return false;
}

bool scan_step(const struct scan_view *view, struct unwind_registers *registers)
{
	if (!(registers->known >> UNWIND_SP & 1))
		return false;
	if (!step_by_frame_pointer(view, registers) && !step_by_search(view, registers))
		return false;
	registers->is_exact = false;
	return true;
}
