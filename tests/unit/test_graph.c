/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include "core/party.h"
#include "graph_builder.h"

Test(graph, a_group_of_a_key_is_made_once)
{
	struct world *w = world_new("1");
	bool is_new = false;
	uint32_t group = graph_add_group(&w->graph, GROUP_MAPPERS, 1, 2, &is_new);

	cr_expect(is_new);
	cr_expect_eq(graph_add_group(&w->graph, GROUP_MAPPERS, 1, 2, &is_new), group);
	cr_expect_not(is_new);
	cr_expect_eq(graph_find_group(&w->graph, GROUP_MAPPERS, 1, 2), group);
	world_free(w);
}

Test(graph, groups_of_different_keys_are_different)
{
	struct world *w = world_new("1");
	bool is_new;
	uint32_t group = graph_add_group(&w->graph, GROUP_MAPPERS, 1, 2, &is_new);

	cr_expect_neq(graph_add_group(&w->graph, GROUP_READERS, 1, 2, &is_new), group);
	cr_expect_neq(graph_add_group(&w->graph, GROUP_MAPPERS, 2, 1, &is_new), group);
	cr_expect_eq(graph_find_group(&w->graph, GROUP_WRITERS, 1, 2), NO_NODE);
	world_free(w);
}

Test(graph, nothing_is_found_before_there_is_a_group)
{
	struct world *w = world_new("1");

	cr_expect_eq(graph_find_group(&w->graph, GROUP_MAPPERS, 1, 2), NO_NODE);
	world_free(w);
}

Test(graph, thousands_of_groups_are_all_found_again)
{
	struct world *w = world_new("1 2");
	uint32_t nodes[5000];
	bool is_new;

	for (uint32_t i = 0; i < 5000; i++) {
		nodes[i] = graph_add_group(&w->graph, GROUP_CUSTOM, i, i / 2, &is_new);
		cr_assert(is_new);
		if (i == 100)
			cr_assert_neq(world_process(w, 2), NO_NODE);
	}
	for (uint32_t i = 0; i < 5000; i++)
		cr_assert_eq(graph_find_group(&w->graph, GROUP_CUSTOM, i, i / 2), nodes[i]);
	world_free(w);
}

Test(graph, a_process_is_one_node_with_its_threads)
{
	struct world *w = world_new("1 2 2 3");
	uint32_t node = world_process(w, 2);

	cr_assert_eq(world_process(w, 2), node);
	cr_expect_eq(graph_group(&w->graph, node)->member_count, 2);
	cr_expect_eq(graph_node_pid(&w->graph, node), 200);
	world_free(w);
}

Test(graph, a_process_with_more_threads_than_were_seen_is_open)
{
	struct world *w = world_new("1 2 3");

	w->look.tasks[0].threads = 1;
	w->look.tasks[1].threads = 2;
	w->look.tasks[1].mm = 9;
	cr_expect_eq(graph_group(&w->graph, world_process(w, 1))->open, 0);
	cr_expect_eq(graph_group(&w->graph, world_process(w, 2))->open, OPEN_BIT(OPEN_CENSUS));
	cr_expect(graph_group(&w->graph, graph_memory(&w->graph, 9))->open & OPEN_BIT(OPEN_CENSUS));
	world_free(w);
}

Test(graph, the_same_set_in_another_order_has_the_same_key)
{
	struct world *a = world_new("1 2"), *b = world_new("1 2");
	uint32_t of_a = world_group(a, GROUP_CUSTOM, 0, 1, NO_NODE);
	uint32_t of_b = world_group(b, GROUP_CUSTOM, 1, 0, NO_NODE);

	cr_expect_eq(graph_node_key(&a->graph, of_a), graph_node_key(&b->graph, of_b));
	world_free(a);
	world_free(b);
}

Test(graph, another_member_makes_another_key)
{
	struct world *a = world_new("1 2"), *b = world_new("1 2");
	uint32_t of_a = world_group(a, GROUP_CUSTOM, 0, 1, NO_NODE);
	uint32_t of_b = world_group(b, GROUP_CUSTOM, 0, NO_NODE);

	cr_expect_neq(graph_node_key(&a->graph, of_a), graph_node_key(&b->graph, of_b));
	world_free(a);
	world_free(b);
}

Test(graph, a_tid_used_again_is_another_task)
{
	struct world *a = world_new("1"), *b = world_new("1");

	b->look.tasks[0].start_ns++;
	cr_expect_neq(graph_node_key(&a->graph, 0), graph_node_key(&b->graph, 0));
	cr_expect_neq(graph_node_key(&a->graph, world_process(a, 1)),
		      graph_node_key(&b->graph, world_process(b, 1)));
	world_free(a);
	world_free(b);
}

Test(graph, a_census_that_differs_opens_the_group)
{
	struct world *w = world_new("1");
	uint32_t more = world_group(w, GROUP_CUSTOM, NO_NODE);
	uint32_t same = world_group(w, GROUP_CUSTOM, NO_NODE);
	uint32_t none = world_group(w, GROUP_CUSTOM, NO_NODE);

	graph_set_census(&w->graph, more, 3, 2);
	graph_set_census(&w->graph, same, 2, 2);
	graph_set_census(&w->graph, none, -1, 2);
	cr_expect_eq(graph_group(&w->graph, more)->open, OPEN_BIT(OPEN_CENSUS));
	cr_expect_eq(graph_group(&w->graph, same)->open, 0);
	cr_expect_eq(graph_group(&w->graph, none)->open, OPEN_BIT(OPEN_UNCOUNTED));
	world_free(w);
}

/* Processes 1 and 3 share an address space; 3 has a dead leader that has left it. */
static struct world *shared_memory(uint32_t users)
{
	struct world *w = world_new("1 1 2 3d 3");

	for (uint32_t i = 0; i < w->look.task_count; i++) {
		struct look_task *task = &w->look.tasks[i];

		task->mm = task->flags & TASK_DEAD ? 0 : task->pid == 200 ? 8 : 9;
		task->mm_users = users;
	}
	return w;
}

Test(graph, an_address_space_has_the_processes_that_use_it)
{
	struct world *w = shared_memory(3);
	uint32_t node = graph_memory(&w->graph, 9);

	cr_assert_neq(node, NO_NODE);
	cr_expect_eq(graph_memory(&w->graph, 9), node);

	const struct group *group = graph_group(&w->graph, node);

	cr_expect_eq(group->member_count, 2);
	cr_expect_eq(w->graph.members[group->first_member], world_process(w, 1));
	cr_expect_eq(w->graph.members[group->first_member + 1], world_process(w, 3));
	cr_expect_eq(group->census_found, 3, "the dead leader no longer uses it");
	cr_expect_eq(group->open, 0);
	world_free(w);
}

Test(graph, an_address_space_with_a_user_more_is_open)
{
	struct world *w = shared_memory(4);
	uint32_t node = graph_memory(&w->graph, 9);

	cr_expect_eq(graph_group(&w->graph, node)->open, OPEN_BIT(OPEN_CENSUS));
	world_free(w);
}

Test(graph, an_address_space_that_a_process_has_left_is_open)
{
	struct world *w = world_new("1 1");

	/* its first thread was seen before it ran another program, the second one after that */
	w->look.tasks[0].mm = 8;
	w->look.tasks[1].mm = 9;

	const struct group *group = graph_group(&w->graph, graph_memory(&w->graph, 9));
	char label[64];

	cr_expect_eq(group->member_count, 0);
	cr_expect(group->open & OPEN_BIT(OPEN_BUSY));
	group_label(&w->graph, group, label, sizeof(label));
	cr_expect_str_eq(label, "users of an address space");
	world_free(w);
}

Test(graph, a_task_is_itself_and_its_process_if_it_is_alone)
{
	struct world *w = world_new("1 2 2");

	cr_expect(graph_node_is_self(&w->graph, 0, 0));
	cr_expect(graph_node_is_self(&w->graph, world_process(w, 1), 0));
	cr_expect_not(graph_node_is_self(&w->graph, world_process(w, 2), 1));
	cr_expect_not(graph_node_is_self(&w->graph, 1, 2));
	cr_expect_not(graph_node_is_self(&w->graph, world_dead(w, 100), 0));
	world_free(w);
}

/* Fingerprint of the wait of task 0 for task 1, after somebody had a hand in it. */
static uint64_t fingerprint(void (*change)(struct world *))
{
	struct world *w = world_new("1 2 3");

	if (change)
		change(w);
	world_wait(w, 0);
	wait_object(&w->builder, 1, 2, 3);
	world_edge(w, 1, RELATION_HOLDS, OWNS);

	uint64_t result = graph_wait_fingerprint(&w->graph, w->builder.wait);

	world_free(w);
	return result;
}

static void change_switches(struct world *w)
{
	w->look.tasks[0].switches++;
}

static void change_call(struct world *w)
{
	w->look.tasks[0].call = 7;
}

static void change_waker(struct world *w)
{
	w->look.tasks[1].start_ns++;
}

static void change_stranger(struct world *w)
{
	w->look.tasks[2].switches++;
}

Test(graph, a_fingerprint_tells_everything_that_a_verdict_rests_on)
{
	cr_expect_eq(fingerprint(NULL), fingerprint(NULL));
	cr_expect_neq(fingerprint(NULL), fingerprint(change_switches));
	cr_expect_neq(fingerprint(NULL), fingerprint(change_call));
	cr_expect_neq(fingerprint(NULL), fingerprint(change_waker));
	cr_expect_eq(fingerprint(NULL), fingerprint(change_stranger));
}

Test(graph, a_wait_begun_again_forgets_what_was_said)
{
	struct world *w = world_new("1 2");
	struct wait *wait = world_holds(w, 0, 1);
	uint64_t before = graph_wait_fingerprint(&w->graph, wait);

	world_open(w, OPEN_TIMED);
	graph_begin_wait(&w->graph, wait);
	cr_expect_eq(wait->open, 0);
	cr_expect_eq(wait->edge_count, 0);
	cr_expect_eq(wait->held, 0);
	world_edge(w, 1, RELATION_HOLDS, OWNS);
	cr_expect_eq(graph_wait_fingerprint(&w->graph, wait), before);
	world_free(w);
}

Test(graph, dependents_are_complete_and_can_be_built_again)
{
	struct world *w = world_new("1 2 3");
	struct graph *graph = &w->graph;

	world_holds(w, 0, 2);
	cr_assert_eq(graph_freeze(graph), 0);
	cr_expect_eq(graph->dependent_start[3] - graph->dependent_start[2], 1);
	world_holds(w, 1, world_process(w, 3));
	cr_assert_eq(graph_freeze(graph), 0);
	cr_expect_eq(graph->dependent_start[3] - graph->dependent_start[2], 2);
	cr_expect_eq(graph->dependent_start[4] - graph->dependent_start[3], 1);
	cr_expect_eq(graph->dependents[graph->dependent_start[3]].node, 1);
	world_free(w);
}

Test(graph, an_edge_to_nobody_opens_the_wait)
{
	struct world *w = world_new("1");
	struct wait *wait = world_wait(w, 0);

	cr_expect(wait_edge(&w->builder, NO_NODE, RELATION_HOLDS, OWNS) < 0);
	cr_expect(wait->open);
	world_free(w);
}
