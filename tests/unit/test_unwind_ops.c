/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include <dwarf.h>

#include "probe/unwind.h"
#include "probe/unwind_ops.h"

static struct unwind_registers registers;

/* Memory in which the word at each address is the address and a bit. */
static bool read_word(void *context, uint64_t address, uint64_t *ret)
{
	(void)context;
	if (address < 0x1000)
		return false;
	*ret = address | 1;
	return true;
}

static const struct unwind_view view = { .registers = &registers,
					 .cfa = 0x7000,
					 .read = read_word };

#define OPS(...) \
	((const Dwarf_Op[]){ __VA_ARGS__ }), sizeof((Dwarf_Op[]){ __VA_ARGS__ }) / sizeof(Dwarf_Op)

static void set_register(unsigned int number, uint64_t value)
{
	registers.value[number] = value;
	registers.known |= 1ull << number;
}

Test(unwind_ops, saved_register_is_in_memory_below_the_cfa)
{
	uint64_t value;

	cr_assert(unwind_location(&view,
				  OPS({ .atom = DW_OP_call_frame_cfa },
				      { .atom = DW_OP_plus_uconst, .number = (Dwarf_Word)-16 }),
				  &value));
	cr_expect_eq(value, 0x6ff1);
}

Test(unwind_ops, register_may_be_in_another)
{
	uint64_t value;

	set_register(3, 42);
	cr_assert(unwind_location(&view, OPS({ .atom = DW_OP_regx, .number = 3 }), &value));
	cr_expect_eq(value, 42);
	cr_assert(unwind_location(&view, OPS({ .atom = DW_OP_reg3 }), &value));
	cr_expect_eq(value, 42);
}

Test(unwind_ops, plt_rule_is_worked_out)
{
	/* binutils, elfxx-x86.c: the CFA of a PLT entry is rsp + 8 + ((rip & 15) >= 11) * 8 */
	const Dwarf_Op ops[] = {
		{ .atom = DW_OP_breg7, .number = 8 },
		{ .atom = DW_OP_breg16, .number = 0 },
		{ .atom = DW_OP_lit15 },
		{ .atom = DW_OP_and },
		{ .atom = DW_OP_lit11 },
		{ .atom = DW_OP_ge },
		{ .atom = DW_OP_lit3 },
		{ .atom = DW_OP_shl },
		{ .atom = DW_OP_plus },
	};
	uint64_t value;

	set_register(7, 0x5000);
	set_register(16, 0x40100b);
	cr_assert(unwind_value(&view, ops, sizeof(ops) / sizeof(*ops), &value));
	cr_expect_eq(value, 0x5010);
	set_register(16, 0x401006);
	cr_assert(unwind_value(&view, ops, sizeof(ops) / sizeof(*ops), &value));
	cr_expect_eq(value, 0x5008);
}

Test(unwind_ops, unknown_register_memory_or_operation_yields_nothing)
{
	uint64_t value = 7;

	registers.known = 0;
	cr_expect_not(unwind_value(&view, OPS({ .atom = DW_OP_breg7 }), &value));
	cr_expect_not(unwind_value(&view, OPS({ .atom = DW_OP_bregx, .number = 1000 }), &value));
	cr_expect_not(unwind_location(&view, OPS({ .atom = DW_OP_lit1 }), &value));
	cr_expect_not(
		unwind_value(&view, OPS({ .atom = DW_OP_lit1 }, { .atom = DW_OP_call4 }), &value));
	cr_expect_not(unwind_value(&view, OPS({ .atom = DW_OP_plus }), &value));
	cr_expect_not(unwind_value(&view, NULL, 0, &value));
	cr_expect_eq(value, 7);
}

Test(unwind_ops, stack_of_an_expression_is_bounded)
{
	Dwarf_Op ops[100];
	uint64_t value;

	for (size_t i = 0; i < 100; i++)
		ops[i] = (Dwarf_Op){ .atom = DW_OP_lit1 };
	cr_expect_not(unwind_value(&view, ops, 100, &value));
}
