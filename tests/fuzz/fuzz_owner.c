/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arbitrary words at and around the address that a task sleeps on: whoever is
 * accused of holding what it waits for is named by the words of a whole legal
 * object.
 *
 * Input: struct words, then bytes for the object, then those before it and behind it.
 */
#include <errno.h>
#include <linux/futex.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "core/kind.h"
#include "kinds/kinds.h"
#include "kinds/mutex_word.h"
#include "kinds/rwlock_word.h"

#define WAITER	    100 /* threads 100 .. 103 of one process, 16 and 128 of two others */
#define ADDRESS	    0x7100
#define CALL_NUMBER SYS_futex

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What of the task is taken from the input beside the object. */
struct words {
	uint64_t args[CALL_ARGS];
	uint32_t object_flags;
	uint32_t reserved;
};

static const struct {
	uint32_t tid, pid;
} others[] = { { 101, WAITER }, { 102, WAITER }, { 103, WAITER }, { 16, 16 }, { 128, 128 } };

#define TASKS (1 + sizeof(others) / sizeof(*others))

#define BEFORE 48 /* bytes of memory before the object ... */
#define AFTER  24 /* ... and behind it */

/* The waiter's memory around the word, and nothing else. */
struct around {
	uint64_t address;
	uint8_t bytes[BEFORE + OBJECT_LEN + AFTER];
};

static void ask_around(void *context, const struct question *question, struct answer *ret)
{
	const struct around *around = context;
	uint64_t skip = question->a - around->address;

	*ret = (struct answer){ .error = -EFAULT };
	if (question->type == ASK_MEMORY && question->id == WAITER &&
	    skip < sizeof(around->bytes) && question->b <= sizeof(around->bytes) - skip)
		*ret = (struct answer){ .count = question->b, .items = around->bytes + skip };
}

static uint64_t thread_pointer(uint32_t tid)
{
	return 0x7f0000000000 + tid * 0x1000ull;
}

static struct look_task task_make(uint32_t tid, uint32_t pid)
{
	return (struct look_task){ .tid = tid,
				   .pid = pid,
				   .ns_tid = tid,
				   .ns_pid = pid,
				   .start_ns = tid,
				   .mm = pid,
				   .mm_users = pid == WAITER ? TASKS - 2 : 1,
				   .threads = pid == WAITER ? TASKS - 2 : 1,
				   .flags = TASK_SLEEPING,
				   .clear_child_tid = ADDRESS + tid,
				   .thread_pointer = thread_pointer(tid),
				   .call = -1 };
}

static struct look_task waiter_make(const uint8_t *data, size_t size)
{
	struct look_task waiter = task_make(WAITER, WAITER);
	struct words words = { 0 };
	size_t head = size < sizeof(words) ? size : sizeof(words);

	memcpy(&words, data, head);
	data += head;
	size -= head;
	memcpy(waiter.object, data, size < OBJECT_LEN ? size : OBJECT_LEN);
	memcpy(waiter.args, words.args, sizeof(words.args));
	waiter.args[0] = ADDRESS + words.args[0] % 256;
	waiter.object_flags = words.object_flags;
	waiter.call = CALL_NUMBER;
	return waiter;
}

/* Whoever writes to the lock that the word at 8 or 12 bytes into it belongs to; else 0. */
static uint32_t named_writer(const struct around *around)
{
	for (uint32_t offset = 8; offset <= 12; offset += 4) {
		struct rwlock_word word;

		memcpy(&word, around->bytes + BEFORE - offset, sizeof(word));
		if (!word.pad[0] && !word.pad[1] && !word.pad_2 && word.shared < 2 &&
		    word.readers & RWLOCK_WRITER_COMES && word.writer)
			return word.writer;
	}
	return 0;
}

/* The owner that the words name, if they are whole, and in the state that the call says; else 0. */
static uint32_t named_owner(const struct look_task *waiter, const struct around *around)
{
	uint32_t op = waiter->args[1] & FUTEX_CMD_MASK, value = (uint32_t)waiter->args[2];
	struct mutex_word word;

	memcpy(&word, waiter->object, sizeof(word));
	if (op == FUTEX_WAIT_BITSET)
		return named_writer(around);
	if (op == FUTEX_LOCK_PI || op == FUTEX_LOCK_PI2)
		return word.lock & FUTEX_OWNER_DIED ? 0 : word.lock & FUTEX_TID_MASK;
	if (word.kind & MUTEX_ROBUST)
		return value & FUTEX_WAITERS ? word.lock & FUTEX_TID_MASK : 0;
	if (word.kind & MUTEX_PROTECT && (word.lock ^ value) & 0xfff80000)
		return 0;
	if (word.kind & MUTEX_PROTECT)
		word.lock &= ~0xfff80000, value &= ~0xfff80000;
	if (value != 2 || !word.lock || word.lock > 2 || !word.users || word.list[0] ||
	    word.list[1])
		return 0;
	return word.owner;
}

/* A thread is named by the address of its block, too. */
static bool named_by_block(const struct look_task *waiter, const struct look_task *owner)
{
	uint64_t words[2];

	memcpy(words, waiter->object, sizeof(words));
	return (uint32_t)waiter->args[2] == 2 && words[0] >> 32 &&
	       words[1] == owner->thread_pointer && owner->pid == waiter->pid;
}

/* An edge that makes somebody responsible rests on the object's words, or on the kernel's. */
static void edge_check(const struct graph *graph, const struct look_task *waiter,
		       const struct around *around, const struct edge *edge)
{
	if (edge->target >= graph_node_count(graph))
		abort();
	if (!(edge->flags & EDGE_HOLDER))
		return;
	if (edge->relation == RELATION_JOINS) {
		const struct look_task *joined = &graph->look->tasks[edge->target];

		uint32_t value = waiter->args[2];

		if ((joined->tid != value && value > 2) ||
		    joined->clear_child_tid != waiter->args[0])
			abort();
		return;
	}
	if (edge->relation != RELATION_HOLDS || !(waiter->object_flags & OBJECT_READ))
		abort();

	if (node_is_task(graph, edge->target) &&
	    named_by_block(waiter, &graph->look->tasks[edge->target]))
		return;

	uint32_t owner = named_owner(waiter, around);

	if (!owner)
		abort();
	if (node_is_task(graph, edge->target)) {
		if (graph->look->tasks[edge->target].tid != owner)
			abort();
	} else if (graph_group(graph, edge->target)->type != GROUP_DEAD ||
		   graph_group(graph, edge->target)->a != owner) {
		abort();
	}
}

static void wait_check(const struct kind_context *context, const struct kind *kind, uint32_t task)
{
	const struct look_task *waiter = &context->look->tasks[task];
	struct wait *wait = graph_add_wait(context->graph, task, kind->kind);
	struct wait_builder b = { .graph = context->graph, .wait = wait };
	char object[160];

	for (enum cost budget = COST_LOOK; budget < COST_LEVELS; budget++) {
		graph_begin_wait(context->graph, wait);
		kind->resolve(context, waiter, budget, &b);
		for (uint32_t e = 0; e < wait->edge_count; e++)
			edge_check(context->graph, waiter, context->probe->context,
				   &context->graph->edges[wait->first_edge + e]);
	}
	kind->describe(context, waiter, object, sizeof(object));
}

static void look_check(const struct look *look, struct around *around)
{
	struct probe probe = { .ask = ask_around, .context = around };
	struct graph graph;
	struct kind_context context = { .look = look, .probe = &probe, .graph = &graph };
	const struct kind_table *kinds = kinds_table();
	uint32_t task = look_find(look, WAITER);
	size_t i = 0;

	if (graph_init(&graph, look))
		abort();
	while (!kinds->kinds[i]->recognise(&context, &look->tasks[task]))
		i++;
	wait_check(&context, kinds->kinds[i], task);
	graph_deinit(&graph);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct look_task *tasks = malloc(TASKS * sizeof(*tasks));
	struct look look;

	if (!tasks)
		abort();
	tasks[0] = waiter_make(data, size);

	struct around around = { .address = tasks[0].args[0] - BEFORE };
	size_t behind = sizeof(struct words) + OBJECT_LEN;

	memcpy(around.bytes + BEFORE, tasks[0].object, OBJECT_LEN);
	if (size > behind) {
		size_t rest = size - behind, before = rest < BEFORE ? rest : BEFORE;
		size_t after = rest - before < AFTER ? rest - before : AFTER;

		memcpy(around.bytes, data + behind, before);
		memcpy(around.bytes + BEFORE + OBJECT_LEN, data + behind + before, after);
	}
	for (size_t i = 1; i < TASKS; i++)
		tasks[i] = task_make(others[i - 1].tid, others[i - 1].pid);
	if (look_init(&look, tasks, TASKS))
		abort();
	look_check(&look, &around);
	look_deinit(&look);
	return 0;
}
