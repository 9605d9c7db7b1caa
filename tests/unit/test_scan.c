/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include <string.h>

#include "probe/scan.h"
#include "probe/unwind.h"

#define STACK	  0x7000ull
#define WORDS	  64
#define CODE	  0x400000ull
#define CODE_SIZE 64

static uint64_t stack[WORDS];
static uint8_t code[CODE_SIZE];

static bool read_word(void *context, uint64_t address, uint64_t *ret)
{
	(void)context;
	if (address < STACK || address >= STACK + sizeof(stack))
		return false;
	*ret = stack[(address - STACK) / sizeof(*stack)];
	return true;
}

static size_t code_before(void *context, uint64_t address, void *ret, size_t length)
{
	(void)context;
	if (address < CODE + length || address > CODE + CODE_SIZE)
		return 0;
	memcpy(ret, code + (address - CODE) - length, length);
	return length;
}

static const struct scan_view view = { NULL, read_word, code_before };

static struct unwind_registers at(uint64_t sp, uint64_t fp)
{
	struct unwind_registers registers = { .is_exact = true };

	registers.value[UNWIND_SP] = sp;
	registers.value[UNWIND_FP] = fp;
	registers.known = 1ull << UNWIND_SP | 1ull << UNWIND_FP;
	return registers;
}

#ifdef __x86_64__
/* An instruction of that many bytes that ends at CODE + 32. */
#define INSTRUCTION(...)                                                 \
	({                                                               \
		const uint8_t bytes[] = { __VA_ARGS__ };                 \
		memset(code, 0x90, sizeof(code));                        \
		memcpy(code + 32 - sizeof(bytes), bytes, sizeof(bytes)); \
	})

static bool finds_caller(void)
{
	struct unwind_registers registers = at(STACK, 0);

	memset(stack, 0, sizeof(stack));
	stack[3] = CODE + 32;
	return scan_step(&view, &registers) && registers.value[UNWIND_PC] == CODE + 32 &&
	       registers.value[UNWIND_SP] == STACK + 4 * 8 && !registers.is_exact;
}

Test(scan, address_behind_any_call_is_a_caller)
{
	INSTRUCTION(0xe8, 1, 2, 3, 4); /* call rel32 */
	cr_expect(finds_caller());
	INSTRUCTION(0xff, 0xd0); /* call rax */
	cr_expect(finds_caller());
	INSTRUCTION(0x41, 0xff, 0xd4); /* call r12 */
	cr_expect(finds_caller());
	INSTRUCTION(0xff, 0x15, 1, 2, 3, 4); /* call [rip + n] */
	cr_expect(finds_caller());
	INSTRUCTION(0xff, 0x50, 8); /* call [rax + 8] */
	cr_expect(finds_caller());
	INSTRUCTION(0xff, 0x54, 0x24, 8); /* call [rsp + 8] */
	cr_expect(finds_caller());
	INSTRUCTION(0xff, 0x94, 0xc8, 1, 2, 3, 4); /* call [rax + 8 rcx + n] */
	cr_expect(finds_caller());
}

Test(scan, address_behind_anything_else_is_none)
{
	INSTRUCTION(0x90);
	cr_expect_not(finds_caller());
	INSTRUCTION(0xff, 0xe0); /* jmp rax */
	cr_expect_not(finds_caller());
	INSTRUCTION(0xff, 0x15, 1, 2, 3); /* cut */
	cr_expect_not(finds_caller());
}

Test(scan, chain_of_frame_pointers_comes_before_what_was_left_over)
{
	struct unwind_registers registers = at(STACK, STACK + 16 * 8);

	INSTRUCTION(0xe8, 1, 2, 3, 4);
	stack[2] = CODE + 32; /* left over */
	stack[16] = STACK + 20 * 8;
	stack[17] = CODE + 32;
	cr_assert(scan_step(&view, &registers));
	cr_expect_eq(registers.value[UNWIND_SP], STACK + 18 * 8);
	cr_expect_eq(registers.value[UNWIND_FP], STACK + 20 * 8);
}

Test(scan, garbage_in_every_pointer_ends)
{
	struct unwind_registers registers = at(STACK, 0xdeadbeefdeadbeef);

	memset(stack, 0xa5, sizeof(stack));
	cr_expect_not(scan_step(&view, &registers));
	registers = at(UINT64_MAX - 3, UINT64_MAX);
	cr_expect_not(scan_step(&view, &registers));
	registers = at(0, 0);
	cr_expect_not(scan_step(&view, &registers));
	registers.known = 0;
	cr_expect_not(scan_step(&view, &registers));
}
#endif
