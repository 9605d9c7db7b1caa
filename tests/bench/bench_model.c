/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the model costs on a million tasks: indexing the look, building the graph,
 * progress and explanation; everything but parsing and probing. Memory is the most
 * that was allocated at any moment beyond the look's own records (272 bytes a
 * task, which the look streams in and the model does not copy).
 *
 * Prints for each picture: milliseconds of each stage and in all, minimum and
 * median of several runs, and bytes a task. Goal: 1 s, 200 bytes.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/explain.h"
#include "core/wait_builder.h"

#define TASKS 1000000u
#define RUNS  7

/* Counts what is allocated; these names go before those of the C library. */
static size_t allocated, allocated_most;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *pointer);

static void *count_in(void *pointer)
{
	if (pointer)
		allocated += malloc_usable_size(pointer);
	if (allocated > allocated_most)
		allocated_most = allocated;
	return pointer;
}

static void count_out(void *pointer)
{
	if (pointer)
		allocated -= malloc_usable_size(pointer);
}

void *malloc(size_t size)
{
	return count_in(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	return count_in(__libc_calloc(count, size));
}

void *realloc(void *old, size_t size)
{
	size_t before = old ? malloc_usable_size(old) : 0;
	void *moved = __libc_realloc(old, size);

	if (moved || !size)
		allocated -= before;
	return count_in(moved);
}

void *reallocarray(void *old, size_t count, size_t size)
{
	size_t total;

	return __builtin_mul_overflow(count, size, &total) ? NULL : realloc(old, total);
}

void free(void *pointer)
{
	count_out(pointer);
	__libc_free(pointer);
}

static void must(int err)
{
	if (err) {
		fprintf(stderr, "bench_model: out of memory\n");
		exit(1);
	}
}

static void add_wait(struct graph *graph, uint32_t task, uint32_t node, enum relation relation,
		     unsigned int flags)
{
	struct wait *wait = graph_add_wait(graph, task, WAIT_FUTEX);
	struct wait_builder b = { .graph = graph, .wait = wait };

	must(!wait);
	wait_object(&b, 1, task, 0);
	must(wait_edge(&b, node, relation, flags));
}

static void add_holder(struct graph *graph, uint32_t task, uint32_t node)
{
	add_wait(graph, task, node, RELATION_HOLDS, EDGE_CAN_END | EDGE_HOLDER);
}

static void add_timed(struct graph *graph, uint32_t task)
{
	struct wait *wait = graph_add_wait(graph, task, WAIT_POLL);

	must(!wait);
	wait->open = OPEN_BIT(OPEN_TIMED);
}

static uint32_t process_of(struct graph *graph, uint32_t task)
{
	return graph_process(graph, look_process(graph->look, graph->look->tasks[task].pid));
}

/* Threads that lock two mutexes in opposite order, pair by pair, each pair with a waiter of its
 * own; and four chains of 100,000 that end in somebody who runs. */
static uint32_t process_small(uint32_t task)
{
	return task < 600000 ? task / 3 : task;
}

static void fill_pairs(struct graph *graph)
{
	for (uint32_t t = 0; t < 600000; t++)
		add_holder(graph, t, t % 3 == 0 ? t + 1 : t % 3 == 1 ? t - 1 : t - 2);
	for (uint32_t t = 600000; t < TASKS; t++)
		if ((t + 1) % 100000)
			add_holder(graph, t, t + 1);
}

/* 100,000 threads in private waits, a pipe of 10,000 holders that all write into it, the rest
 * wait with a timeout. */
static uint32_t process_crowd(uint32_t task)
{
	return task < 100000 ? 0 : task;
}

static void fill_crowd(struct graph *graph)
{
	uint32_t memory = graph_memory(graph, graph->look->tasks[0].mm);
	bool is_new;

	for (uint32_t t = 0; t < 100000; t++)
		add_wait(graph, t, memory, RELATION_MAY_WAKE, EDGE_CAN_END);
	for (uint32_t t = 100000; t < 110000; t++)
		must(process_of(graph, t) == NO_NODE);

	uint32_t pipe = graph_add_group(graph, GROUP_READERS, 1, 1, &is_new);

	for (uint32_t t = 100000; t < 110000; t++)
		must(graph_add_member(graph, pipe, process_of(graph, t)));
	for (uint32_t t = 100000; t < 110000; t++)
		add_wait(graph, t, pipe, RELATION_READER,
			 EDGE_CAN_END | EDGE_HOLDER | EDGE_NOT_SELF);
	for (uint32_t t = 110000; t < TASKS; t++)
		add_timed(graph, t);
}

/* All stuck: one chain of processes behind one that waits for itself. */
static uint32_t process_single(uint32_t task)
{
	return task;
}

static void fill_chain(struct graph *graph)
{
	for (uint32_t t = 0; t + 1 < TASKS; t++)
		add_holder(graph, t, process_of(graph, t + 1));
	add_holder(graph, TASKS - 1, TASKS - 1);
}

/* All stuck: one ring of processes. */
static void fill_ring(struct graph *graph)
{
	for (uint32_t t = 0; t < TASKS; t++)
		add_holder(graph, t, process_of(graph, (t + 1) % TASKS));
}

/* All stuck: processes of a thousand threads in private waits. */
static uint32_t process_pools(uint32_t task)
{
	return task / 1000;
}

static void fill_pools(struct graph *graph)
{
	for (uint32_t t = 0; t < TASKS; t++)
		add_wait(graph, t, graph_memory(graph, graph->look->tasks[t].mm), RELATION_MAY_WAKE,
			 EDGE_CAN_END);
}

static const struct picture {
	const char *name;
	uint32_t (*process)(uint32_t task); /* number of the process that a task is in */
	void (*fill)(struct graph *graph);
} pictures[] = {
	{ "200,000 pairs and 4 chains", process_small, fill_pairs },
	{ "100,000 threads, 10,000 holders", process_crowd, fill_crowd },
	{ "all stuck: one chain", process_single, fill_chain },
	{ "all stuck: one ring", process_single, fill_ring },
	{ "all stuck: 1,000 pools", process_pools, fill_pools },
};

static struct look_task *tasks_new(const struct picture *picture)
{
	struct look_task *tasks = calloc(TASKS, sizeof(*tasks));
	uint32_t count = 0;

	must(!tasks);
	for (uint32_t t = 0; t < TASKS; t++) {
		if (!t || picture->process(t) != picture->process(t - 1))
			count = t + 1;
		tasks[t].pid = count;
		tasks[t].tid = t + 1;
		tasks[t].mm = count;
		tasks[t].mm_users = 1;
		tasks[t].start_ns = 1000 + t;
	}
	/* the kernel counts as many users as there are threads */
	for (uint32_t t = TASKS - 1; t--;)
		if (tasks[t].pid == tasks[t + 1].pid)
			tasks[t].mm_users = tasks[t + 1].mm_users + 1;
	return tasks;
}

enum stage { STAGE_INDEX, STAGE_BUILD, STAGE_PROGRESS, STAGE_EXPLAIN, STAGE_ALL, STAGES };

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void run_once(const struct picture *picture, double *ret_ms, double *ret_bytes,
		     uint32_t *ret_found)
{
	struct look_task *tasks = tasks_new(picture);
	struct look look;
	struct graph graph;
	struct progress progress = { 0 };
	struct explanation explanation;
	size_t before = allocated;
	double at[STAGES];

	allocated_most = allocated;
	at[STAGE_INDEX] = now_ms();
	must(look_init(&look, tasks, TASKS));
	at[STAGE_BUILD] = now_ms();
	must(graph_init(&graph, &look));
	picture->fill(&graph);
	at[STAGE_PROGRESS] = now_ms();
	must(graph_freeze(&graph));
	must(progress_run(&progress, &graph, NULL));
	at[STAGE_EXPLAIN] = now_ms();
	must(explain(&graph, &progress, &explanation));
	at[STAGE_ALL] = now_ms();

	for (enum stage stage = 0; stage < STAGE_ALL; stage++)
		ret_ms[stage] = at[stage + 1] - at[stage];
	ret_ms[STAGE_ALL] = at[STAGE_ALL] - at[STAGE_INDEX];
	*ret_bytes = (double)(allocated_most - before) / TASKS;
	*ret_found = explanation.count;
	explanation_deinit(&explanation);
	progress_deinit(&progress);
	graph_deinit(&graph);
	look_deinit(&look);
}

static int number_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void picture_bench(const struct picture *picture)
{
	double ms[STAGES][RUNS], one[STAGES], bytes;
	uint32_t found;

	for (int run = 0; run < RUNS; run++) {
		run_once(picture, one, &bytes, &found);
		for (enum stage stage = 0; stage < STAGES; stage++)
			ms[stage][run] = one[stage];
	}
	printf("%-32s", picture->name);
	for (enum stage stage = 0; stage < STAGES; stage++) {
		qsort(ms[stage], RUNS, sizeof(ms[stage][0]), number_compare);
		if (stage < STAGE_ALL)
			printf(" %8.0f", ms[stage][0]);
	}
	printf(" %8.0f %8.0f %8.0f %9u\n", ms[STAGE_ALL][0], ms[STAGE_ALL][RUNS / 2], bytes, found);
	fflush(stdout);
}

int main(void)
{
	printf("the model on 1,000,000 tasks, ms (goal: 1000) and bytes a task (goal: 200)\n");
	printf("%-32s %8s %8s %8s %8s %8s %8s %8s %9s\n", "", "index", "build", "progress",
	       "explain", "min", "median", "bytes", "deadlocks");
	for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++)
		picture_bench(&pictures[i]);
	return 0;
}
