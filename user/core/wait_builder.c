/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever is said of a wait is mixed into its fingerprint, whether or not anybody
 * keeps it.
 */
#include "core/wait_builder.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/graph.h"

static void wait_mix(struct wait_builder *b, uint64_t value)
{
	b->wait->fingerprint = mix64(b->wait->fingerprint, value);
}

void wait_open(struct wait_builder *b, enum open_reason reason)
{
	b->wait->open |= OPEN_BIT(reason);
}

void wait_retry(struct wait_builder *b)
{
	const struct look_task *task = &b->graph->look->tasks[b->wait->task];

	b->wait->retry = 1;
	b->wait->fingerprint = mix64(0x2e74, (uint32_t)task->call);
}

void wait_object(struct wait_builder *b, uint64_t space, uint64_t a, uint64_t c)
{
	b->wait->object = mix64(mix64(mix64(0x0b1ec7, space), a), c);
	wait_mix(b, b->wait->object);
}

int wait_edge(struct wait_builder *b, uint32_t node, enum relation relation, unsigned int flags)
{
	struct graph *graph = b->graph;
	struct edge edge = { .target = node, .relation = relation, .flags = flags };

	if (node == NO_NODE || graph_add_edge(graph, b->wait, &edge)) {
		/* a waker that is not in the graph must not make the waiter look stuck */
		wait_open(b, OPEN_BUSY);
		return -ENOMEM;
	}
	if (!node_is_task(graph, node))
		b->wait->open |= graph_group(graph, node)->open;
	if (flags & EDGE_HOLDER && !graph_node_is_self(graph, node, b->wait->task))
		b->wait->held = 1;
	return 0;
}

/* Evidence belongs to the edge added last, or, before the first edge, to the wait. */
static struct evidence_list *list_of(const struct wait_builder *b)
{
	uint32_t edge = b->wait->edge_count;

	return !edge || edge > b->sink->edge_capacity ? b->sink->object : &b->sink->edges[edge - 1];
}

static void wait_keep(struct wait_builder *b, const struct evidence *evidence)
{
	if (b->sink)
		b->sink->error |= evidence_list_add(list_of(b), evidence);
}

void wait_held_since(struct wait_builder *b, const char *place)
{
	struct evidence_list *list = b->sink ? list_of(b) : NULL;

	if (list && list->count)
		snprintf(list->items[list->count - 1].what, sizeof(list->items[0].what), "%s",
			 place);
}

static void wait_saw(struct wait_builder *b, const struct evidence *evidence)
{
	wait_mix(b, mix_bytes(evidence->pid, evidence->bytes, evidence->length));
	wait_mix(b, mix64(evidence->address, (uint64_t)evidence->kernel));
	wait_mix(b, mix64((uint64_t)evidence->found,
			  mix_bytes(0, evidence->value, strlen(evidence->value))));
	wait_keep(b, evidence);
}

void wait_saw_memory(struct wait_builder *b, uint32_t pid, uint64_t address, const void *bytes,
		     size_t length, const char *meaning)
{
	struct evidence evidence = { .source = EVIDENCE_MEMORY,
				     .pid = pid,
				     .address = address,
				     .kernel = -1,
				     .meaning = meaning };

	evidence.length = length < sizeof(evidence.bytes) ? length : sizeof(evidence.bytes);
	memcpy(evidence.bytes, bytes, evidence.length);
	wait_saw(b, &evidence);
}

void wait_saw_count(struct wait_builder *b, const char *what, int64_t kernel, int64_t found,
		    const char *meaning)
{
	struct evidence evidence = {
		.source = EVIDENCE_KERNEL, .kernel = kernel, .found = found, .meaning = meaning
	};

	snprintf(evidence.what, sizeof(evidence.what), "%s", what);
	wait_saw(b, &evidence);
}

void wait_saw_proc(struct wait_builder *b, const char *path, const char *meaning,
		   const char *format, ...)
{
	struct evidence evidence = { .source = EVIDENCE_PROC, .kernel = -1, .meaning = meaning };
	va_list args;

	snprintf(evidence.what, sizeof(evidence.what), "%s", path);
	va_start(args, format);
	vsnprintf(evidence.value, sizeof(evidence.value), format, args);
	va_end(args);
	wait_saw(b, &evidence);
}

void wait_saw_history(struct wait_builder *b, const char *meaning, const char *format, ...)
{
	struct evidence evidence = { .source = EVIDENCE_HISTORY, .kernel = -1, .meaning = meaning };
	va_list args;

	va_start(args, format);
	vsnprintf(evidence.value, sizeof(evidence.value), format, args);
	va_end(args);
	wait_saw(b, &evidence);
}

void wait_remember(struct wait_builder *b, const char *meaning, const char *format, ...)
{
	struct evidence evidence = { .source = EVIDENCE_HISTORY, .kernel = -1, .meaning = meaning };
	va_list args;

	va_start(args, format);
	vsnprintf(evidence.value, sizeof(evidence.value), format, args);
	va_end(args);
	wait_keep(b, &evidence);
}
