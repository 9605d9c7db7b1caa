/* SPDX-License-Identifier: BSD-2-Clause */
#include "graph_builder.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>

static uint32_t tasks_parse(const char *text, struct look_task *tasks)
{
	uint32_t count = 0, thread = 0;
	char *end;

	for (const char *at = text;; at = end) {
		uint32_t pid = 100 * (uint32_t)strtoul(at, &end, 10);

		if (end == at)
			return count;
		assert(count < WORLD_TASKS);
		thread = count && tasks[count - 1].pid == pid ? thread + 1 : 0;
		tasks[count] = (struct look_task){
			.pid = pid,
			.tid = pid + thread,
			.start_ns = 1000 + count,
			.mm = pid,
			.call = -1,
		};
		if (*end == 'd') {
			tasks[count].flags = TASK_DEAD;
			end++;
		}
		count++;
	}
}

struct world *world_new(const char *text)
{
	struct world *world = calloc(1, sizeof(*world));
	struct look_task *tasks = calloc(WORLD_TASKS, sizeof(*tasks));

	assert(world && tasks);

	uint32_t count = tasks_parse(text, tasks);

	if (look_init(&world->look, tasks, count) || graph_init(&world->graph, &world->look))
		abort();
	return world;
}

void world_free(struct world *world)
{
	explanation_deinit(&world->explanation);
	progress_deinit(&world->progress);
	graph_deinit(&world->graph);
	look_deinit(&world->look);
	free(world);
}

uint32_t world_process(struct world *world, uint32_t number)
{
	const struct process *process = look_process(&world->look, 100 * number);

	assert(process);
	return graph_process(&world->graph, process);
}

uint32_t world_group(struct world *world, enum group_type type, ...)
{
	bool is_new;
	uint32_t group = graph_add_group(&world->graph, type, 7, world->graph.group_count, &is_new);
	va_list members;

	assert(group != NO_NODE && is_new);
	va_start(members, type);
	for (uint32_t node; (node = va_arg(members, uint32_t)) != NO_NODE;)
		if (graph_add_member(&world->graph, group, node))
			abort();
	va_end(members);
	return group;
}

uint32_t world_dead(struct world *world, uint32_t tid)
{
	return graph_dead(&world->graph, tid, 0);
}

struct wait *world_wait(struct world *world, uint32_t task)
{
	struct wait *wait = graph_add_wait(&world->graph, task, WAIT_FUTEX);

	assert(wait);
	world->builder = (struct wait_builder){ .graph = &world->graph, .wait = wait };
	return wait;
}

void world_edge(struct world *world, uint32_t node, enum relation relation, unsigned int flags)
{
	if (wait_edge(&world->builder, node, relation, flags))
		abort();
}

void world_open(struct world *world, enum open_reason reason)
{
	wait_open(&world->builder, reason);
}

struct wait *world_holds(struct world *world, uint32_t task, uint32_t node)
{
	struct wait *wait = world_wait(world, task);

	world_edge(world, node, RELATION_HOLDS, OWNS);
	return wait;
}

struct wait *world_may_post(struct world *world, uint32_t task, uint32_t node)
{
	struct wait *wait = world_wait(world, task);

	world_edge(world, node, RELATION_MAY_POST, EDGE_CAN_END);
	return wait;
}

void world_judge(struct world *world)
{
	explanation_deinit(&world->explanation);
	if (graph_freeze(&world->graph) ||
	    progress_run(&world->progress, &world->graph, world->waived) ||
	    explain(&world->graph, &world->progress, &world->explanation))
		abort();
}

bool world_stuck(const struct world *world, uint32_t task, enum progress_mode mode)
{
	return !progress_able(&world->progress, task, mode);
}

static bool among(const uint32_t *tasks, uint32_t count, uint32_t task)
{
	for (uint32_t i = 0; i < count; i++)
		if (tasks[i] == task)
			return true;
	return false;
}

const struct explained *world_cause(const struct world *world, uint32_t task)
{
	for (uint32_t i = 0; i < world->explanation.count; i++)
		if (among(world->explanation.items[i].tasks, world->explanation.items[i].task_count,
			  task))
			return &world->explanation.items[i];
	return NULL;
}

const struct explained *world_victim(const struct world *world, uint32_t task)
{
	for (uint32_t i = 0; i < world->explanation.count; i++)
		if (among(world->explanation.items[i].victims,
			  world->explanation.items[i].victim_count, task))
			return &world->explanation.items[i];
	return NULL;
}
