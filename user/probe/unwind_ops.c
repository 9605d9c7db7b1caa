/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/unwind_ops.h"

#include <dwarf.h>

#include "probe/unwind.h"

#define DEPTH_MAX 16

struct machine {
	const struct unwind_view *view;
	uint64_t stack[DEPTH_MAX];
	unsigned int depth;
	bool failed, is_value;
};

static void push(struct machine *machine, uint64_t value)
{
	if (machine->depth < DEPTH_MAX)
		machine->stack[machine->depth++] = value;
	else
		machine->failed = true;
}

static uint64_t pop(struct machine *machine)
{
	if (machine->depth)
		return machine->stack[--machine->depth];
	machine->failed = true;
	return 0;
}

static uint64_t register_value(struct machine *machine, uint64_t number)
{
	const struct unwind_registers *registers = machine->view->registers;

	if (number < UNWIND_REGISTERS && registers->known >> number & 1)
		return registers->value[number];
	machine->failed = true;
	return 0;
}

static uint64_t deref(struct machine *machine, uint64_t size)
{
	const struct unwind_view *view = machine->view;
	uint64_t word = 0;

	if (size == 0 || size > 8 || !view->read(view->context, pop(machine), &word))
		machine->failed = true;
	return size < 8 ? word & ((1ull << 8 * size) - 1) : word;
}

static uint64_t binary(uint8_t op, uint64_t a, uint64_t b)
{
	switch (op) {
	case DW_OP_plus:
		return a + b;
	case DW_OP_minus:
		return a - b;
	case DW_OP_mul:
		return a * b;
	case DW_OP_and:
		return a & b;
	case DW_OP_or:
		return a | b;
	case DW_OP_xor:
		return a ^ b;
	case DW_OP_shl:
		return b < 64 ? a << b : 0;
	case DW_OP_shr:
		return b < 64 ? a >> b : 0;
	case DW_OP_shra:
		return (uint64_t)((int64_t)a >> (b < 64 ? b : 63));
	case DW_OP_eq:
		return a == b;
	case DW_OP_ne:
		return a != b;
	case DW_OP_ge:
		return (int64_t)a >= (int64_t)b;
	case DW_OP_gt:
		return (int64_t)a > (int64_t)b;
	case DW_OP_le:
		return (int64_t)a <= (int64_t)b;
	default: /* DW_OP_lt */
		return (int64_t)a < (int64_t)b;
	}
}

/* Those with a number of their own in a range of opcodes. */
static bool step_range(struct machine *machine, const Dwarf_Op *op)
{
	if (op->atom >= DW_OP_lit0 && op->atom <= DW_OP_lit31)
		push(machine, op->atom - DW_OP_lit0);
	else if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31)
		push(machine, register_value(machine, op->atom - DW_OP_breg0) + op->number);
	else if (op->atom >= DW_OP_reg0 && op->atom <= DW_OP_reg31)
		push(machine, register_value(machine, op->atom - DW_OP_reg0));
	else
		return false;
	machine->is_value = op->atom >= DW_OP_reg0 && op->atom <= DW_OP_reg31;
	return true;
}

static void step(struct machine *machine, const Dwarf_Op *op)
{
	uint64_t a, b;

	machine->is_value = op->atom == DW_OP_stack_value || op->atom == DW_OP_regx;
	switch (op->atom) {
	case DW_OP_call_frame_cfa:
		return push(machine, machine->view->cfa);
	case DW_OP_addr:
	case DW_OP_const1u ... DW_OP_consts:
		return push(machine, op->number);
	case DW_OP_bregx:
		return push(machine, register_value(machine, op->number) + op->number2);
	case DW_OP_regx:
		return push(machine, register_value(machine, op->number));
	case DW_OP_plus_uconst:
		return push(machine, pop(machine) + op->number);
	case DW_OP_deref:
		return push(machine, deref(machine, 8));
	case DW_OP_deref_size:
		return push(machine, deref(machine, op->number));
	case DW_OP_dup:
		a = pop(machine);
		push(machine, a);
		return push(machine, a);
	case DW_OP_drop:
		pop(machine);
		return;
	case DW_OP_swap:
		b = pop(machine);
		a = pop(machine);
		push(machine, b);
		return push(machine, a);
	case DW_OP_and:
	case DW_OP_minus:
	case DW_OP_mul:
	case DW_OP_or:
	case DW_OP_plus:
	case DW_OP_shl ... DW_OP_xor:
	case DW_OP_eq ... DW_OP_ne:
		b = pop(machine);
		a = pop(machine);
		return push(machine, binary(op->atom, a, b));
	case DW_OP_nop:
	case DW_OP_stack_value:
		return;
	default: /* jumps, calls and pieces occur in no unwind table that was ever seen */
		if (!step_range(machine, op))
			machine->failed = true;
	}
}

static bool run(struct machine *machine, const Dwarf_Op *ops, size_t count, uint64_t *ret)
{
	for (size_t i = 0; i < count && !machine->failed; i++)
		step(machine, &ops[i]);

	uint64_t value = pop(machine);

	if (machine->failed)
		return false;
	*ret = value;
	return true;
}

bool unwind_value(const struct unwind_view *view, const Dwarf_Op *ops, size_t count, uint64_t *ret)
{
	struct machine machine = { .view = view };

	return run(&machine, ops, count, ret);
}

bool unwind_location(const struct unwind_view *view, const Dwarf_Op *ops, size_t count,
		     uint64_t *ret)
{
	struct machine machine = { .view = view };
	uint64_t location;

	if (!run(&machine, ops, count, &location))
		return false;
	if (!machine.is_value)
		return view->read(view->context, location, ret);
	*ret = location;
	return true;
}
