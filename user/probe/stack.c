/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions about where a task is, and what an address is called.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "probe/image.h"
#include "probe/names.h"
#include "probe/unwind.h"
#include "probe/worker.h"

#define STACK_TIME_NS ((uint64_t)1000000000)
#define BLOCK_SIZE    4096

/* One stack being walked. Words are mostly read close to each other: by the page. */
struct walk {
	struct worker *worker;
	struct exchange *exchange;
	struct target *target;
	uint64_t until_ns;
	uint64_t block_address; /* 1: none yet */
	unsigned char block[BLOCK_SIZE];
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static bool walk_read(void *context, uint64_t address, uint64_t *ret)
{
	struct walk *walk = context;
	uint64_t block = address / BLOCK_SIZE * BLOCK_SIZE;

	if (address % sizeof(*ret))
		return target_read(walk->target, address, ret, sizeof(*ret)) == sizeof(*ret);
	if (block != walk->block_address) {
		walk->block_address = 1;
		if (target_read(walk->target, block, walk->block, BLOCK_SIZE) != BLOCK_SIZE)
			return false;
		walk->block_address = block;
	}
	memcpy(ret, walk->block + (address - block), sizeof(*ret));
	return true;
}

/* Adds the frames of one address. False: the answer is full. */
static bool frames_add(struct exchange *exchange, const struct image_place *place, uint64_t pc)
{
	struct stack_frame frames[8] = { 0 };
	uint32_t count = place->image ? names_of_code(place->image, place->address, frames, 8) : 1;

	for (uint32_t i = 0; i < count; i++) {
		if (exchange->count == STACK_FRAMES_MAX) {
			exchange->partial = 1;
			return false;
		}
		frames[i].type = FRAME_NATIVE;
		frames[i].pc = pc;
		frames[i].offset = place->address;
		*(struct stack_frame *)exchange_add(exchange, 1) = frames[i];
	}
	return true;
}

void stack_answer(struct worker *worker, struct exchange *exchange)
{
	struct walk walk = { .worker = worker,
			     .exchange = exchange,
			     .until_ns = now_ns() + STACK_TIME_NS,
			     .block_address = 1 };
	const struct unwind_memory memory = { walk_read, &walk };
	struct unwind_registers registers;
	enum unwind_result result = UNWIND_CALLER;

	walk.target = target_get(&worker->targets, exchange->regs.pid);
	exchange->error = target_map(walk.target);
	if (exchange->error)
		return;
	unwind_begin(&exchange->regs, &registers);
	while (result == UNWIND_CALLER && now_ns() < walk.until_ns) {
		struct image_place place = { 0 };
		uint64_t address = unwind_address(&registers);

		exchange_progress(exchange);
		images_find(&worker->images, walk.target, address, &place);
		if (!frames_add(exchange, &place, registers.value[UNWIND_PC]))
			return;
		result = place.image ? unwind_step(&place, &memory, &registers) : UNWIND_NO_RULE;
	}
	exchange->partial |= result != UNWIND_END;
}

void symbol_answer(struct worker *worker, struct exchange *exchange)
{
	struct target *target = target_get(&worker->targets, exchange->question.id);
	struct image_place place;
	struct symbol symbol;
	int err = target_map(target);

	if (!err)
		err = images_find(&worker->images, target, exchange->question.a, &place);
	if (!err)
		err = names_symbol(place.image, place.address, &symbol);
	exchange->error = err;
	if (err)
		return;
	symbol.address += exchange->question.a - place.address;
	*(struct symbol *)exchange_add(exchange, 1) = symbol;
}
