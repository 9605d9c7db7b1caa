/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arbitrary words on the stacks of a process one thread of which waits for a lock
 * without an owner, arbitrary mappings that they point to, and an arbitrary heap:
 * whoever is accused has the lock's address on his stack, and nobody else has.
 *
 * Input: struct words, then mappings, then the words of each thread's stack in turn.
 */
#include <errno.h>
#include <linux/futex.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "core/kind.h"
#include "kinds/kinds.h"
#include "probe/pointers.h"

#define PID	 100 /* threads 100 .. 103; the first waits */
#define THREADS	 4
#define LOCK	 0x7100ull
#define STACK	 0x100000ull
#define MAPPINGS 4
#define WORDS	 64 /* of each stack */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct words {
	uint64_t heap[32]; /* what lies around the lock */
	uint64_t hits[2];  /* where else its address is */
	uint32_t hit_count, mapping_flags;
	uint8_t musl, named, unread, partial;
	uint32_t mm_users;
};

/* Addresses are made of few bits, so that they meet. */
struct input {
	struct words words;
	struct mapping mappings[MAPPINGS];
	uint64_t stacks[THREADS][WORDS];
	struct stack_pointer pointers[THREADS][WORDS + 1];
	uint32_t counts[THREADS];
	struct stack_frame frames[2];
	struct mapping lock_mapping;
};

static uint64_t address_of(uint64_t word)
{
	return word & 1 ? LOCK + (word >> 8) % 4 * 8 : LOCK + (int8_t)(word >> 8) * 16;
}

static void input_make(struct input *input, const uint8_t *data, size_t size)
{
	uint8_t bytes[sizeof(input->words) + MAPPINGS * 8 + sizeof(input->stacks)] = { 0 };
	const uint8_t *at = bytes + sizeof(input->words);

	memset(input, 0, sizeof(*input));
	memcpy(bytes, data, size < sizeof(bytes) ? size : sizeof(bytes));
	memcpy(&input->words, bytes, sizeof(input->words));
	for (uint64_t i = 0, start = LOCK & ~0xfffull; i < MAPPINGS; i++, at += 8) {
		start += at[0] % 2 * 0x1000;
		input->mappings[i] = (struct mapping){ .start = start,
						       .end = start + 0x1000 + at[1] % 3 * 0x1000,
						       .flags = at[2] };
		start = input->mappings[i].end;
	}
	memcpy(input->stacks, at, sizeof(input->stacks));
	for (uint32_t t = 0; t < THREADS; t++)
		for (uint32_t i = 0; i < WORDS; i++)
			if (input->stacks[t][i] & 2)
				input->stacks[t][i] = address_of(input->stacks[t][i]);
}

static void pointers_make(struct input *input, uint32_t thread)
{
	const struct pointer_view view = { input->mappings, MAPPINGS };
	uint64_t stack = STACK + thread * 0x10000;
	struct stack_pointer *ret = input->pointers[thread];
	size_t count = pointers_find(&view, input->stacks[thread], WORDS, stack, ret + 1, WORDS);

	if (count > WORDS)
		abort();
	for (size_t i = 1; i <= count; i++) {
		uint64_t word = (ret[i].where - stack) / 8;

		if (word >= WORDS || input->stacks[thread][word] != ret[i].value)
			abort();
	}
	ret[0] = (struct stack_pointer){ .where = stack, .value = stack + WORDS * 8 };
	input->counts[thread] = count + 1;
}

static void ask(void *context, const struct question *question, struct answer *ret)
{
	const struct input *input = context;
	uint64_t skip = question->a - (LOCK - 64);
	uint32_t thread = question->id - PID;

	*ret = (struct answer){ .error = -EFAULT };
	switch (question->type) {
	case ASK_MEMORY:
		if (skip < sizeof(input->words.heap) &&
		    question->b <= sizeof(input->words.heap) - skip)
			*ret = (struct answer){ .count = question->b,
						.items =
							(const uint8_t *)input->words.heap + skip };
		break;
	case ASK_POINTERS:
		if (thread < THREADS && !(input->words.unread >> thread & 1))
			*ret = (struct answer){ .count = input->counts[thread],
						.partial = input->words.partial >> thread & 1,
						.items = input->pointers[thread] };
		break;
	case ASK_STACK:
		*ret = (struct answer){ .count = 2, .items = input->frames };
		break;
	case ASK_MAPPING:
		*ret = (struct answer){ .count = 1, .items = &input->lock_mapping };
		break;
	case ASK_SEARCH:
		*ret = (struct answer){ .count = input->words.hit_count % 3,
					.items = input->words.hits };
		break;
	}
}

static bool is_own(const struct mapping *mapping)
{
	return mapping->flags & MAPPING_READ && mapping->flags & MAPPING_WRITE &&
	       !(mapping->flags & MAPPING_SHARED) && !(mapping->flags & MAPPING_DENIED);
}

static bool is_accused(const struct input *input, uint32_t thread)
{
	bool has_address = false, mapped = false;

	for (uint32_t i = 0; i < WORDS; i++)
		has_address |= input->stacks[thread][i] == LOCK;
	for (uint32_t i = 0; i < MAPPINGS; i++)
		mapped |= LOCK >= input->mappings[i].start && LOCK < input->mappings[i].end &&
			  is_own(&input->mappings[i]);
	return has_address && mapped;
}

static void edge_check(const struct input *input, const struct graph *graph,
		       const struct edge *edge)
{
	if (edge->target >= graph_node_count(graph))
		abort();
	if (!(edge->flags & (EDGE_GUARD | EDGE_HOLDER)))
		return;
	if (input->words.unread & 15 || input->words.partial & 15 ||
	    !node_is_task(graph, edge->target))
		abort();
	if (!(edge->flags & EDGE_GUARD))
		return;
	/* what points to nothing of the process's own is no pointer */
	for (uint32_t t = 1; t < THREADS; t++)
		if (is_accused(input, t) != (t == edge->target))
			abort();
}

static void wait_check(struct input *input, const struct look *look)
{
	struct probe probe = { .ask = ask, .context = input };
	struct graph graph;
	struct kind_context context = { .look = look, .probe = &probe, .graph = &graph };

	if (graph_init(&graph, look))
		abort();

	struct wait *wait = graph_add_wait(&graph, 0, WAIT_FUTEX);
	struct wait_builder b = { .graph = &graph, .wait = wait };

	for (enum cost budget = COST_LOOK; budget < COST_LEVELS; budget++) {
		graph_begin_wait(&graph, wait);
		wait->kind = WAIT_FUTEX;
		futex_kind.resolve(&context, &look->tasks[0], budget, &b);
		for (uint32_t e = 0; e < wait->edge_count; e++)
			edge_check(input, &graph, &graph.edges[wait->first_edge + e]);
	}
	graph_deinit(&graph);
}

static struct look_task task_make(const struct input *input, uint32_t thread)
{
	bool musl = input->words.musl & 1;
	uint32_t word = musl ? FUTEX_WAITERS | EBUSY : 2;
	struct look_task task = { .tid = PID + thread,
				  .pid = PID,
				  .ns_tid = PID + thread,
				  .ns_pid = PID,
				  .start_ns = 1,
				  .mm = 1,
				  .mm_users = input->words.mm_users % 8,
				  .threads = THREADS,
				  .flags = TASK_SLEEPING,
				  .object_flags = OBJECT_READ | OBJECT_MAPPED,
				  .call = thread ? -1 : SYS_futex };

	if (thread)
		return task;
	task.args[0] = musl ? LOCK + 4 : LOCK;
	task.args[1] = musl ? FUTEX_WAIT_PRIVATE : FUTEX_WAIT_BITSET_PRIVATE;
	task.args[2] = word;
	task.thread_pointer = LOCK + 40;
	memcpy(task.object, &word, sizeof(word));
	return task;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct input input;
	struct look_task *tasks = malloc(THREADS * sizeof(*tasks));
	struct look look;

	if (!tasks)
		abort();
	input_make(&input, data, size);
	input.lock_mapping.flags = input.words.mapping_flags;
	if (input.words.named & 1)
		strcpy(input.frames[1].function,
		       "std::sys::sync::mutex::futex::Mutex::lock_contended");
	for (uint32_t t = 0; t < THREADS; t++) {
		pointers_make(&input, t);
		tasks[t] = task_make(&input, t);
	}
	if (look_init(&look, tasks, THREADS))
		abort();
	wait_check(&input, &look);
	look_deinit(&look);
	return 0;
}
