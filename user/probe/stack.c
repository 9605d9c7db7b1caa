/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions about where a task is, and what an address is called.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probe/image.h"
#include "probe/names.h"
#include "probe/perf_map.h"
#include "probe/scan.h"
#include "probe/python.h"
#include "probe/unwind.h"
#include "probe/worker.h"

/* On a CPU: however busy the machine is, what is asked of it is the same. */
#define STACK_TIME_NS ((uint64_t)1000000000)
#define LOOK_TIME_NS  ((uint64_t)4000000000) /* of all stacks of one look */
#define BLOCK_SIZE    4096
#define INLINED_MAX   8

/* One stack being walked. Words are mostly read close to each other: by the page. */
struct walk {
	struct worker *worker;
	struct exchange *exchange;
	struct target *target;
	uint64_t until_ns;
	char *perf_map; /* text; NULL: there is none, or it was not looked for yet */
	bool perf_asked;
	uint64_t block_address; /* 1: none yet */
	unsigned char block[BLOCK_SIZE];
};

static uint64_t used_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
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

static size_t walk_code_before(void *context, uint64_t address, void *ret, size_t length)
{
	struct walk *walk = context;
	const struct mapping *mapping = address ? target_find(walk->target, address - 1) : NULL;
	ssize_t got;

	if (!mapping || !(mapping->flags & MAPPING_EXEC) || address - mapping->start < length)
		return 0;
	got = target_read(walk->target, address - length, ret, length);
	return got == (ssize_t)length ? length : 0;
}

/* Code that comes from no file: made by a just-in-time compiler. */
static void name_made_code(struct walk *walk, uint64_t address, struct stack_frame *frame)
{
	uint64_t start;

	if (!walk->perf_asked)
		perf_map_read(walk->target, &walk->perf_map);
	walk->perf_asked = true;
	if (walk->perf_map && perf_map_find(walk->perf_map, address, &start, frame->function,
					    sizeof(frame->function)))
		frame->offset = address - start;
}

/* The frames of one address, to be marked so. False: the answer is full. */
static bool frames_add(struct walk *walk, const struct image_place *place, uint64_t pc,
		       uint32_t flags)
{
	struct exchange *exchange = walk->exchange;
	struct stack_frame frames[INLINED_MAX] = { 0 };
	uint32_t count =
		place->image ? names_of_code(place->image, place->address, frames, INLINED_MAX) : 1;

	frames[0].offset = place->address;
	if (!place->image)
		name_made_code(walk, pc, &frames[0]);
	for (uint32_t i = 0; i < count; i++) {
		if (exchange->count == STACK_FRAMES_MAX)
			return false;
		frames[i].type = FRAME_NATIVE;
		frames[i].pc = pc;
		frames[i].offset = frames[0].offset;
		frames[i].flags |= flags;
		*(struct stack_frame *)exchange_add(exchange, 1) = frames[i];
	}
	return true;
}

/* Where a thread begins, in code without unwind rules, which would say so. */
static bool is_outermost(const struct exchange *exchange)
{
	static const char *const names[] = { "_start", "__clone", "clone", "start_thread" };
	const struct stack_frame *frames = (const void *)exchange->items;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(frames[exchange->count - 1].function, names[i]))
			return true;
	return false;
}

/* By the rules, and where there are none by search; all that follows a guess is one. */
static enum unwind_result walk_step(struct walk *walk, const struct image_place *place,
				    struct unwind_registers *registers, uint32_t *flags)
{
	const struct unwind_memory memory = { walk_read, walk };
	const struct scan_view view = { walk, walk_read, walk_code_before };
	enum unwind_result result =
		place->image ? unwind_step(place, &memory, registers) : UNWIND_NO_RULE;

	if (result != UNWIND_NO_RULE)
		return result;
	if (is_outermost(walk->exchange))
		return UNWIND_END;
	*flags |= FRAME_APPROXIMATE;
	return scan_step(&view, registers) ? UNWIND_CALLER : UNWIND_NO_RULE;
}

/* Not without code there, nor without time. */
static bool walk_may_go_on(const struct walk *walk, const struct unwind_registers *registers)
{
	const struct mapping *mapping = target_find(walk->target, unwind_address(registers));
	uint64_t used = used_ns();

	exchange_progress(walk->exchange);
	return mapping && mapping->flags & MAPPING_EXEC && used < walk->until_ns &&
	       used < walk->worker->stacks_until_ns;
}

/* An evaluator's frame says little: the functions that it runs take its place. */
static void add_python(struct worker *worker, struct exchange *exchange)
{
	struct stack_frame *frames = (struct stack_frame *)exchange->items;
	struct python_stack python;

	if (python_frames(worker, exchange, exchange->regs.pid, exchange->question.id, &python))
		return;
	exchange->count = python_stack_merge(frames, exchange->count, STACK_FRAMES_MAX, &python);
	exchange->partial |= python.partial;
}

void stack_answer(struct worker *worker, struct exchange *exchange)
{
	struct walk walk = { .worker = worker,
			     .exchange = exchange,
			     .target = target_get(&worker->targets, exchange->regs.pid),
			     .until_ns = used_ns() + STACK_TIME_NS,
			     .block_address = 1 };
	struct unwind_registers registers;
	enum unwind_result result = UNWIND_CALLER;
	uint32_t flags = 0;

	if (!worker->stacks_until_ns)
		worker->stacks_until_ns = used_ns() + LOOK_TIME_NS;
	exchange->error = target_map(walk.target);
	if (exchange->error)
		return;
	unwind_begin(&exchange->regs, &registers);
	while (result == UNWIND_CALLER && walk_may_go_on(&walk, &registers)) {
		struct image_place place = { 0 };

		images_find(&worker->images, walk.target, unwind_address(&registers), &place);
		if (!frames_add(&walk, &place, registers.value[UNWIND_PC], flags))
			break;
		result = walk_step(&walk, &place, &registers, &flags);
	}
	exchange->partial = result != UNWIND_END;
	free(walk.perf_map);
	add_python(worker, exchange);
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
