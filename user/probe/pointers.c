/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a sleeping task's stack leads to: the words between its stack pointer and
 * the end of the stack, and the registers that it will have again. What lies
 * below the stack pointer is no longer used. The bytes are the traced program's, so
 * nothing is followed and nothing is believed of them.
 */
#include "probe/pointers.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "probe/unwind.h"
#include "probe/worker.h"

static bool is_own_memory(const struct mapping *mapping)
{
	const uint32_t wanted = MAPPING_READ | MAPPING_WRITE;

	return (mapping->flags & wanted) == wanted &&
	       !(mapping->flags & (MAPPING_SHARED | MAPPING_DENIED));
}

static const struct mapping *mapping_of(const struct pointer_view *view, uint64_t address)
{
	size_t low = 0, high = view->mapping_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (view->mappings[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < view->mapping_count && view->mappings[low].start <= address
		       ? &view->mappings[low]
		       : NULL;
}

size_t pointers_find(const struct pointer_view *view, const uint64_t *words, size_t count,
		     uint64_t address, struct stack_pointer *ret, size_t max)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		const struct mapping *mapping = mapping_of(view, words[i]);

		if (!mapping || !is_own_memory(mapping))
			continue;
		if (found < max)
			ret[found] = (struct stack_pointer){
				.where = address ? address + i * sizeof(*words) : 0,
				.value = words[i],
			};
		found++;
	}
	return found;
}

static void add_pointers(struct exchange *exchange, const struct pointer_view *view,
			 const uint64_t *words, size_t count, uint64_t address)
{
	struct stack_pointer *items = (struct stack_pointer *)exchange->items;
	size_t room = POINTERS_MAX - exchange->count;
	size_t found = pointers_find(view, words, count, address, items + exchange->count, room);

	exchange->partial |= found > room;
	exchange->count += found < room ? found : room;
}

void pointers_answer(struct worker *worker, struct exchange *exchange)
{
	const struct task_regs *regs = &exchange->regs;
	uint64_t sp = regs->regs[UNWIND_SP] / sizeof(uint64_t) * sizeof(uint64_t);
	struct target *target = target_get(&worker->targets, regs->pid);
	uint64_t registers[UNWIND_REGISTERS];
	const struct mapping *stack;
	uint64_t length;

	exchange->error = target_map(target);
	if (exchange->error)
		return;
	stack = target_find(target, sp);
	if (!stack || !is_own_memory(stack)) {
		exchange->error = -EFAULT;
		return;
	}
	length = stack->end - sp;
	if (length > STACK_READ_MAX) {
		length = STACK_READ_MAX;
		exchange->partial = 1;
	}
	if (target_read(target, sp, worker->block, length) != (ssize_t)length) {
		exchange->error = -EFAULT;
		return;
	}

	const struct pointer_view view = { target->mappings, target->mapping_count };

	*(struct stack_pointer *)exchange_add(exchange, 1) =
		(struct stack_pointer){ .where = stack->start, .value = stack->end };
	memcpy(registers, regs->regs, sizeof(registers));
	add_pointers(exchange, &view, registers, UNWIND_REGISTERS, 0);
	add_pointers(exchange, &view, (const uint64_t *)worker->block, length / sizeof(uint64_t),
		     sp);
}
