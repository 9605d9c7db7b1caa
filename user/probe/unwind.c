/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/unwind.h"

#include <elfutils/libdw.h>
#include <string.h>

#include "core/cleanup.h"
#include "probe/image.h"
#include "probe/unwind_ops.h"

void unwind_begin(const struct task_regs *regs, struct unwind_registers *ret)
{
	*ret = (struct unwind_registers){ .is_exact = true };
	memcpy(ret->value, regs->regs, sizeof(ret->value));
	ret->known = (1ull << UNWIND_REGISTERS) - 1;
}

/* The rule for the place, from whichever table has one. Freed by the caller. */
static Dwarf_Frame *rule_find(const struct image_place *place)
{
	if (place->image->narrow)
		return NULL;

	Dwarf_CFI *tables[] = { image_eh_cfi(place->image), NULL };
	Dwarf_Frame *frame = NULL;

	if (tables[0] && !dwarf_cfi_addrframe(tables[0], place->address, &frame))
		return frame;
	tables[1] = image_debug_cfi(place->image);
	if (tables[1] && !dwarf_cfi_addrframe(tables[1], place->address, &frame))
		return frame;
	return NULL;
}

enum recovery { RECOVERED, UNDEFINED, LOST };

/* What the caller has in one register. */
static enum recovery recover(Dwarf_Frame *rule, const struct unwind_view *view, int number,
			     uint64_t *ret)
{
	Dwarf_Op room[3], *ops;
	size_t count;

	if (dwarf_frame_register(rule, number, room, &ops, &count))
		return LOST;
	if (count)
		return unwind_location(view, ops, count, ret) ? RECOVERED : LOST;
	if (ops)
		return UNDEFINED;
	if (!(view->registers->known >> number & 1))
		return LOST;
	*ret = view->registers->value[number];
	return RECOVERED;
}

static bool cfa_find(Dwarf_Frame *rule, struct unwind_view *view)
{
	Dwarf_Op *ops;
	size_t count;

	return !dwarf_frame_cfa(rule, &ops, &count) && count &&
	       unwind_value(view, ops, count, &view->cfa);
}

/*
 * A stack grows towards lower addresses, so a caller's frame is above its callee's; one that is
 * not would go round for ever. Only a signal handler's may lie elsewhere, on a stack of its own.
 */
static bool is_progress(const struct unwind_registers *from, const struct unwind_registers *to,
			bool is_signal)
{
	return is_signal || to->value[UNWIND_SP] > from->value[UNWIND_SP] ||
	       (from->is_exact && to->value[UNWIND_SP] == from->value[UNWIND_SP] &&
		to->value[UNWIND_PC] != from->value[UNWIND_PC]);
}

enum unwind_result unwind_step(const struct image_place *place, const struct unwind_memory *memory,
			       struct unwind_registers *registers)
{
	_cleanup_free_ Dwarf_Frame *rule = rule_find(place);
	struct unwind_registers caller = { .known = 0 };
	struct unwind_view view = { .registers = registers,
				    .read = memory->read,
				    .context = memory->context };
	bool is_signal = false;

	if (!rule)
		return UNWIND_NO_RULE;

	int return_column = dwarf_frame_info(rule, NULL, NULL, &is_signal);

	if (return_column < 0 || return_column >= UNWIND_REGISTERS || !cfa_find(rule, &view))
		return UNWIND_NO_RULE;
	for (int i = 0; i < UNWIND_REGISTERS; i++) {
		enum recovery recovery = recover(rule, &view, i, &caller.value[i]);

		if (recovery == RECOVERED)
			caller.known |= 1ull << i;
		else if (recovery == UNDEFINED && i == return_column)
			return UNWIND_END;
	}
	if (!(caller.known >> return_column & 1))
		return UNWIND_NO_RULE;
	caller.value[UNWIND_PC] = caller.value[return_column];
	caller.value[UNWIND_SP] =
		caller.known >> UNWIND_SP & 1 ? caller.value[UNWIND_SP] : view.cfa;
	caller.known |= 1ull << UNWIND_PC | 1ull << UNWIND_SP;
	caller.is_exact = is_signal;
	if (!caller.value[UNWIND_PC])
		return UNWIND_END;
	if (!is_progress(registers, &caller, is_signal))
		return UNWIND_NO_RULE;
	*registers = caller;
	return UNWIND_CALLER;
}
