/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The core against the slow model, on thousands of small random pictures of who
 * waits for whom. DLTRACE_SEEDS says how many; DLTRACE_SEED begins at another one.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/explain.h"
#include "core/wait_builder.h"
#include "slow_model.h"

#define SEEDS 5000

static uint64_t random_next(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static uint32_t below(uint64_t *state, uint32_t limit)
{
	return random_next(state) % limit;
}

static bool chance(uint64_t *state, uint32_t percent)
{
	return below(state, 100) < percent;
}

/* How lively a picture is: a quarter of them has nobody who could ever go on. */
struct mood {
	uint32_t running, open, dead, idle, waived, need_all, group_open;
};

static struct mood mood_random(uint64_t *state)
{
	static const struct mood moods[] = {
		{ 0, 0, 0, 0, 0, 10, 0 },
		{ 5, 5, 10, 10, 5, 20, 5 },
		{ 15, 15, 10, 5, 5, 20, 5 },
		{ 10, 0, 20, 20, 0, 50, 0 },
	};

	return moods[below(state, sizeof(moods) / sizeof(moods[0]))];
}

static uint32_t reasons_random(uint64_t *state, uint32_t percent)
{
	static const enum open_reason soft[] = { OPEN_SIGNAL, OPEN_NAME, OPEN_UNCOUNTED,
						 OPEN_ALIVE };
	uint32_t open = 0;

	if (chance(state, percent))
		open |= OPEN_BIT(below(state, OPEN_REASONS));
	if (chance(state, percent * 2))
		open |= OPEN_BIT(soft[below(state, 4)]);
	return open;
}

/* Every edge belongs to one of the two sets at least. */
static unsigned int flags_random(uint64_t *state)
{
	static const unsigned int sets[] = { EDGE_CAN_END, EDGE_CAN_END, EDGE_HOLDER,
					     EDGE_CAN_END | EDGE_HOLDER,
					     EDGE_CAN_END | EDGE_HOLDER };

	return sets[below(state, 5)] | (chance(state, 30) ? EDGE_NOT_SELF : 0);
}

static void tasks_random(struct picture *picture, uint64_t *state, const struct mood *mood)
{
	uint32_t pid = 1;

	picture->task_count = 1 + below(state, 10);
	picture->node_count = picture->task_count;
	for (uint32_t t = 0; t < picture->task_count; t++) {
		struct picture_node *n = &picture->nodes[t];

		pid += t && pid < 5 && chance(state, 50);
		n->pid = pid;
		n->start_ns = below(state, 12);
		n->dead = chance(state, mood->dead);
		/* the dead may have a wait left, which must not count */
		n->blocked = !chance(state, n->dead ? 50 : mood->running);
	}
}

static void processes_add(struct picture *picture)
{
	for (uint32_t t = 0; t < picture->task_count; t++) {
		const struct picture_node *task = &picture->nodes[t];

		if (!t || task[-1].pid != task->pid)
			picture->nodes[picture->node_count++] =
				(struct picture_node){ .type = GROUP_PROCESS,
						       .process = task->pid };

		struct picture_node *process = &picture->nodes[picture->node_count - 1];

		process->members[process->member_count++] = t;
	}
}

/* Groups of whatever came before them, most of all of processes; dead nodes among them. */
static void groups_random(struct picture *picture, uint64_t *state, const struct mood *mood)
{
	static const enum group_type types[] = { GROUP_MAPPERS,	 GROUP_READERS, GROUP_WRITERS,
						 GROUP_CHILDREN, GROUP_CUSTOM,	GROUP_DEAD };
	uint32_t groups = below(state, 7);

	for (uint32_t g = 0; g < groups; g++) {
		struct picture_node *n = &picture->nodes[picture->node_count];
		uint32_t first = chance(state, 60) ? picture->task_count : 0;

		n->type = types[below(state, 6)];
		if (n->type != GROUP_DEAD) {
			n->open = reasons_random(state, mood->group_open);
			n->member_count = below(state, 5);
		}
		for (uint32_t m = 0; m < n->member_count; m++)
			n->members[m] = first + below(state, picture->node_count - first);
		picture->node_count++;
	}
}

static void waits_random(struct picture *picture, uint64_t *state, const struct mood *mood)
{
	uint32_t edges_most = 1 + below(state, 4);

	for (uint32_t t = 0; t < picture->task_count; t++) {
		struct picture_node *n = &picture->nodes[t];

		if (!n->blocked)
			continue;
		n->open = reasons_random(state, mood->open);
		n->idle = chance(state, mood->idle);
		n->waived = chance(state, mood->waived);
		n->need_all = chance(state, mood->need_all);
		n->edge_count = below(state, edges_most + 1);
		for (uint32_t e = 0; e < n->edge_count; e++)
			n->edges[e] = (struct picture_edge){
				.target = below(state, picture->node_count),
				.relation = below(state, RELATION_COUNT),
				.flags = flags_random(state),
			};
	}
}

static void picture_random(struct picture *picture, uint64_t seed)
{
	uint64_t state = seed;
	struct mood mood = mood_random(&state);

	*picture = (struct picture){ 0 };
	tasks_random(picture, &state, &mood);
	processes_add(picture);
	groups_random(picture, &state, &mood);
	waits_random(picture, &state, &mood);
}

/* The picture as the core sees it. */
struct model {
	struct look look;
	struct graph graph;
	struct progress progress;
	struct explanation explanation;
};

static void model_look(struct model *model, const struct picture *picture)
{
	struct look_task *tasks = calloc(picture->task_count, sizeof(*tasks));

	cr_assert(tasks);
	for (uint32_t t = 0; t < picture->task_count; t++) {
		const struct picture_node *n = &picture->nodes[t];

		tasks[t].pid = 100 * n->pid;
		tasks[t].tid =
			t && tasks[t - 1].pid == tasks[t].pid ? tasks[t - 1].tid + 1 : tasks[t].pid;
		tasks[t].start_ns = n->start_ns;
		tasks[t].flags = n->dead ? TASK_DEAD : n->blocked ? TASK_SLEEPING : 0;
	}
	cr_assert_eq(look_init(&model->look, tasks, picture->task_count), 0);
	cr_assert_eq(graph_init(&model->graph, &model->look), 0);
}

static void model_groups(struct model *model, const struct picture *picture)
{
	struct graph *graph = &model->graph;

	for (uint32_t g = picture->task_count; g < picture->node_count; g++) {
		const struct picture_node *n = &picture->nodes[g];
		bool is_new;

		if (n->type == GROUP_PROCESS) {
			cr_assert_eq(
				graph_process(graph, look_process(&model->look, 100 * n->process)),
				g);
			continue;
		}
		if (n->type == GROUP_DEAD) {
			cr_assert_eq(graph_dead(graph, g, 0), g);
			continue;
		}
		cr_assert_eq(graph_add_group(graph, n->type, 1, g, &is_new), g);
		for (uint32_t m = 0; m < n->member_count; m++)
			cr_assert_eq(graph_add_member(graph, g, n->members[m]), 0);
		for (uint32_t reason = 0; reason < OPEN_REASONS; reason++)
			if (n->open & OPEN_BIT(reason))
				graph_open_group(graph, g, reason);
	}
}

static void model_waits(struct model *model, const struct picture *picture)
{
	for (uint32_t t = 0; t < picture->task_count; t++) {
		const struct picture_node *n = &picture->nodes[t];

		if (!n->blocked)
			continue;

		struct wait_builder b = { .graph = &model->graph,
					  .wait = graph_add_wait(&model->graph, t, WAIT_FUTEX) };

		for (uint32_t reason = 0; reason < OPEN_REASONS; reason++)
			if (n->open & OPEN_BIT(reason))
				wait_open(&b, reason);
		b.wait->need_all = n->need_all;
		b.wait->idle = n->idle;
		for (uint32_t e = 0; e < n->edge_count; e++)
			cr_assert_eq(wait_edge(&b, n->edges[e].target, n->edges[e].relation,
					       n->edges[e].flags),
				     0);
	}
}

static void model_init(struct model *model, const struct picture *picture)
{
	uint8_t waived[PICTURE_NODES];

	*model = (struct model){ 0 };
	for (uint32_t t = 0; t < PICTURE_NODES; t++)
		waived[t] = picture->nodes[t].waived;
	model_look(model, picture);
	model_groups(model, picture);
	model_waits(model, picture);
	cr_assert_eq(graph_freeze(&model->graph), 0);
	cr_assert_eq(progress_run(&model->progress, &model->graph, waived), 0);
	cr_assert_eq(explain(&model->graph, &model->progress, &model->explanation), 0);
}

static void model_deinit(struct model *model)
{
	explanation_deinit(&model->explanation);
	progress_deinit(&model->progress);
	graph_deinit(&model->graph);
	look_deinit(&model->look);
}

static bool set_is(const struct model *model, const bool *set, const uint32_t *tasks,
		   uint32_t count)
{
	uint32_t in_set = 0;

	for (uint32_t t = 0; t < model->look.task_count; t++)
		in_set += set[t];
	for (uint32_t i = 0; i < count; i++) {
		if (!set[tasks[i]])
			return false;
		for (uint32_t j = 0; j < i; j++)
			if (tasks[j] == tasks[i])
				return false;
	}
	return in_set == count;
}

static bool tasks_ascend(const struct model *model, const uint32_t *tasks, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		const struct look_task *a = &model->look.tasks[tasks[i - 1]];
		const struct look_task *b = &model->look.tasks[tasks[i]];

		if (a->start_ns > b->start_ns || (a->start_ns == b->start_ns && a->tid >= b->tid))
			return false;
	}
	return true;
}

/* A shortest ring, begun at the oldest task that could begin one. */
static const char *ring_compare(const struct slow_model *slow, const struct slow_item *item,
				const struct explained *explained)
{
	uint32_t n = explained->ring_count;

	if (n != (item->verdict == VERDICT_CYCLE || item->verdict == VERDICT_SELF ? item->ring_count
										  : 0))
		return "length of the ring";
	if (n && explained->tasks[0] != item->ring_first)
		return "first of the ring";
	for (uint32_t i = 0; i < n; i++)
		if (!slow->strong[explained->tasks[i]][explained->tasks[(i + 1) % n]])
			return "links of the ring";
	return NULL;
}

static const char *item_compare(const struct model *model, const struct slow_model *slow,
				const struct explained *explained)
{
	for (uint32_t i = 0; i < slow->item_count; i++) {
		const struct slow_item *item = &slow->items[i];
		uint32_t ring = explained->ring_count;

		if (!item->causes[explained->tasks[0]])
			continue;
		if (!set_is(model, item->causes, explained->tasks, explained->task_count))
			return "causes";
		if (!set_is(model, item->victims, explained->victims, explained->victim_count))
			return "victims";
		if (explained->verdict != item->verdict)
			return "verdict";
		if (explained->certainty != item->certainty)
			return "certainty";
		if (explained->dead != item->dead)
			return "dead owner";
		if (!tasks_ascend(model, explained->tasks + ring, explained->task_count - ring) ||
		    !tasks_ascend(model, explained->victims, explained->victim_count))
			return "order";
		return ring_compare(slow, item, explained);
	}
	return "a cause that is none";
}

/* What the two disagree about, NULL if nothing. */
static const char *picture_compare(const struct picture *picture)
{
	struct model model;
	struct slow_model slow;
	const char *wrong = NULL;

	model_init(&model, picture);
	slow_judge(picture, &slow);
	for (uint32_t node = 0; node < picture->node_count; node++)
		for (enum progress_mode mode = 0; mode < PROGRESS_MODES; mode++)
			if (progress_able(&model.progress, node, mode) != slow.able[mode][node])
				wrong = mode == PROGRESS_CERTAIN ? "progress for certain"
								 : "progress by custom";
	if (!wrong && model.explanation.count != slow.item_count)
		wrong = "number of deadlocks";
	for (uint32_t i = 0; i < model.explanation.count && !wrong; i++)
		wrong = item_compare(&model, &slow, &model.explanation.items[i]);
	model_deinit(&model);
	return wrong;
}

static uint64_t number_from_environment(const char *name, uint64_t otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoull(value, NULL, 10) : otherwise;
}

/* Runs the check over all seeds; the first that fails is named. */
static void for_each_seed(const char *(*check)(uint64_t seed))
{
	uint64_t first = number_from_environment("DLTRACE_SEED", 1);
	uint64_t count = number_from_environment("DLTRACE_SEEDS", SEEDS);

	for (uint64_t seed = first; seed < first + count; seed++) {
		const char *wrong = check(seed);

		cr_assert(!wrong, "DLTRACE_SEED=%lu DLTRACE_SEEDS=1: wrong %s", (unsigned long)seed,
			  wrong);
	}
}

static const char *check_model(uint64_t seed)
{
	struct picture picture;

	picture_random(&picture, seed);
	return picture_compare(&picture);
}

Test(oracle, the_core_finds_what_the_slow_model_finds)
{
	for_each_seed(check_model);
}

/* Not stuck by custom means not stuck for certain. */
static const char *check_modes(uint64_t seed)
{
	struct picture picture;
	struct slow_model slow;

	picture_random(&picture, seed);
	/* the two sets of a kind: whoever is responsible is among those who can end the wait */
	for (uint32_t t = 0; t < picture.task_count; t++)
		for (uint32_t e = 0; e < picture.nodes[t].edge_count; e++)
			picture.nodes[t].edges[e].flags |= EDGE_CAN_END;
	slow_judge(&picture, &slow);
	for (uint32_t node = 0; node < picture.node_count; node++)
		if (slow.able[PROGRESS_CUSTOM][node] && !slow.able[PROGRESS_CERTAIN][node])
			return "order of the modes";
	return picture_compare(&picture);
}

Test(oracle, what_is_stuck_for_certain_is_stuck_by_custom)
{
	for_each_seed(check_modes);
}

/* What was found, in a form that does not depend on how groups are numbered. */
struct summary {
	bool able[PROGRESS_MODES][PICTURE_NODES];
	uint64_t items; /* a sum over all deadlocks */
};

static void summarise(const struct picture *picture, struct summary *ret)
{
	struct model model;

	model_init(&model, picture);
	*ret = (struct summary){ 0 };
	for (enum progress_mode mode = 0; mode < PROGRESS_MODES; mode++)
		for (uint32_t t = 0; t < picture->task_count; t++)
			ret->able[mode][t] = progress_able(&model.progress, t, mode);
	for (uint32_t i = 0; i < model.explanation.count; i++) {
		const struct explained *item = &model.explanation.items[i];
		uint64_t hash = mix64(item->verdict, item->certainty);

		hash = mix_bytes(hash, item->tasks, item->task_count * sizeof(uint32_t));
		hash = mix_bytes(mix64(hash, 7), item->victims,
				 item->victim_count * sizeof(uint32_t));
		ret->items += mix64(hash, item->ring_count);
	}
	model_deinit(&model);
}

/* Makes room for one more task, the last of all, in a process of its own. */
static void picture_add_runner(struct picture *picture)
{
	uint32_t at = picture->task_count;

	for (uint32_t node = 0; node < picture->node_count; node++) {
		struct picture_node *n = &picture->nodes[node];

		for (uint32_t e = 0; e < n->edge_count; e++)
			n->edges[e].target += n->edges[e].target >= at;
		for (uint32_t m = 0; m < n->member_count; m++)
			n->members[m] += n->members[m] >= at;
	}
	memmove(&picture->nodes[at + 1], &picture->nodes[at],
		(picture->node_count - at) * sizeof(picture->nodes[0]));
	picture->nodes[at] = (struct picture_node){ .pid = 90, .start_ns = 5 };
	picture->task_count++;
	picture->node_count++;
}

static const char *check_bystander(uint64_t seed)
{
	struct picture picture;
	struct summary before, after;

	picture_random(&picture, seed);
	summarise(&picture, &before);
	picture_add_runner(&picture);
	summarise(&picture, &after);
	for (enum progress_mode mode = 0; mode < PROGRESS_MODES; mode++)
		if (memcmp(before.able[mode], after.able[mode], picture.task_count - 1) != 0)
			return "progress beside a bystander";
	return before.items == after.items ? NULL : "findings beside a bystander";
}

Test(oracle, a_bystander_who_runs_changes_nothing)
{
	for_each_seed(check_bystander);
}

/* Every single task of a finding is freed in turn; those who can go on then must be those that the
 * slow model frees, and nobody who could go on before may be stuck after. */
static const char *check_freed(uint64_t seed, void (*free_task)(struct picture_node *))
{
	struct picture picture;
	struct slow_model slow;

	picture_random(&picture, seed);
	slow_judge(&picture, &slow);
	for (uint32_t t = 0; t < picture.task_count; t++) {
		struct picture freed = picture;
		struct summary after;

		if (slow.able[PROGRESS_CUSTOM][t] || picture.nodes[t].dead)
			continue;
		free_task(&freed.nodes[t]);

		const char *wrong = picture_compare(&freed);

		if (wrong)
			return wrong;
		summarise(&freed, &after);
		if (!after.able[PROGRESS_CUSTOM][t])
			return "task that is stuck although it was freed";
		for (uint32_t other = 0; other < picture.task_count; other++)
			if (slow.able[PROGRESS_CUSTOM][other] &&
			    !after.able[PROGRESS_CUSTOM][other])
				return "task that was freed before";
	}
	return NULL;
}

static void task_wake(struct picture_node *task)
{
	task->blocked = false;
	task->edge_count = 0;
}

static void task_time(struct picture_node *task)
{
	task->open |= OPEN_BIT(OPEN_TIMED);
}

static const char *check_woken(uint64_t seed)
{
	return check_freed(seed, task_wake);
}

static const char *check_timed(uint64_t seed)
{
	return check_freed(seed, task_time);
}

Test(oracle, one_who_runs_clears_all_who_depend_on_it)
{
	for_each_seed(check_woken);
}

Test(oracle, one_timed_wait_clears_all_who_depend_on_it)
{
	for_each_seed(check_timed);
}

/* A ring of 2 to 10 tasks or single-threaded processes. */
static void picture_ring(struct picture *picture, uint64_t seed)
{
	uint64_t state = seed;
	uint32_t n = 2 + below(&state, 9);

	*picture = (struct picture){ .task_count = n, .node_count = n };
	for (uint32_t t = 0; t < n; t++)
		picture->nodes[t] = (struct picture_node){ .pid = t + 1, .blocked = true };
	processes_add(picture);
	for (uint32_t t = 0; t < n; t++) {
		picture->nodes[t].edge_count = 1;
		picture->nodes[t].edges[0] = (struct picture_edge){
			.target = (t + 1) % n + (chance(&state, 50) ? n : 0),
			.relation = below(&state, RELATION_MAY_POST),
			.flags = EDGE_CAN_END | EDGE_HOLDER,
		};
	}
}

static const char *check_ring(uint64_t seed)
{
	struct picture ring, opened;
	struct summary found;
	uint64_t state = ~seed;

	picture_ring(&ring, seed);
	summarise(&ring, &found);
	if (!found.items)
		return "ring that was not found";
	opened = ring;
	task_time(&opened.nodes[below(&state, ring.task_count)]);
	summarise(&opened, &found);
	if (found.items)
		return "ring that one timed member opens";
	opened = ring;
	task_wake(&opened.nodes[below(&state, ring.task_count)]);
	summarise(&opened, &found);
	return found.items ? "ring of which one member runs" : NULL;
}

Test(oracle, one_member_that_goes_on_opens_a_ring)
{
	for_each_seed(check_ring);
}
