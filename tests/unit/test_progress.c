/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include "graph_builder.h"

static bool able(const struct world *world, uint32_t task)
{
	return !world_stuck(world, task, PROGRESS_CERTAIN);
}

static bool able_by_custom(const struct world *world, uint32_t task)
{
	return !world_stuck(world, task, PROGRESS_CUSTOM);
}

Test(progress, who_runs_can_go_on)
{
	struct world *w = world_new("1");

	world_judge(w);
	cr_expect(able(w, 0));
	cr_expect(able_by_custom(w, 0));
	world_free(w);
}

Test(progress, the_dead_cannot_go_on)
{
	struct world *w = world_new("1d");

	world_judge(w);
	cr_expect_not(able(w, 0));
	cr_expect_not(able_by_custom(w, 0));
	world_free(w);
}

Test(progress, who_waits_for_one_who_runs_can_go_on)
{
	struct world *w = world_new("1 2 3");

	world_holds(w, 0, 1);
	world_holds(w, 1, 2);
	world_judge(w);
	cr_expect(able(w, 0) && able(w, 1));
	world_free(w);
}

Test(progress, who_waits_for_the_dead_is_stuck)
{
	struct world *w = world_new("1 2 3d");

	world_holds(w, 0, 1);
	world_holds(w, 1, 2);
	world_judge(w);
	cr_expect_not(able(w, 0) || able(w, 1));
	world_free(w);
}

Test(progress, who_waits_for_somebody_long_gone_is_stuck)
{
	struct world *w = world_new("1");

	world_holds(w, 0, world_dead(w, 77));
	world_judge(w);
	cr_expect_not(able(w, 0));
	world_free(w);
}

Test(progress, a_closed_wait_without_wakers_is_stuck)
{
	struct world *w = world_new("1");

	world_wait(w, 0);
	world_judge(w);
	cr_expect_not(able(w, 0));
	world_free(w);
}

Test(progress, an_open_wait_can_go_on_whatever_the_reason)
{
	for (enum open_reason reason = 0; reason < OPEN_REASONS; reason++) {
		struct world *w = world_new("1 2d");

		world_holds(w, 0, 1);
		world_open(w, reason);
		world_judge(w);
		cr_expect(able(w, 0), "%s", open_reason_name[reason]);
		world_free(w);
	}
}

Test(progress, by_custom_a_held_wait_stays_closed_for_what_only_might_happen)
{
	for (enum open_reason reason = 0; reason < OPEN_REASONS; reason++) {
		bool soft = reason == OPEN_SIGNAL || reason == OPEN_NAME ||
			    reason == OPEN_UNCOUNTED || reason == OPEN_ALIVE;
		struct world *w = world_new("1 2d");

		world_holds(w, 0, 1);
		world_open(w, reason);
		world_judge(w);
		cr_expect_eq(able_by_custom(w, 0), !soft, "%s", open_reason_name[reason]);
		world_free(w);
	}
}

Test(progress, by_custom_a_wait_that_nobody_holds_stays_closed_for_its_name_only)
{
	for (enum open_reason reason = 0; reason < OPEN_REASONS; reason++) {
		bool soft = reason == OPEN_NAME || reason == OPEN_UNCOUNTED;
		struct world *w = world_new("1 2d");

		world_may_post(w, 0, 1);
		world_open(w, reason);
		world_judge(w);
		cr_expect_eq(able_by_custom(w, 0), !soft, "%s", open_reason_name[reason]);
		world_free(w);
	}
}

Test(progress, what_its_owner_holds_is_not_held_by_somebody_else)
{
	struct world *w = world_new("1 2d");

	world_holds(w, 0, 0);
	world_open(w, OPEN_SIGNAL);
	world_judge(w);
	cr_expect(able_by_custom(w, 0), "a handler may release what the task itself took");
	world_free(w);
}

Test(progress, a_wait_with_a_hard_reason_beside_a_soft_one_is_open_by_custom)
{
	struct world *w = world_new("1 2d");

	world_holds(w, 0, 1);
	world_open(w, OPEN_SIGNAL);
	world_open(w, OPEN_TIMED);
	world_judge(w);
	cr_expect(able_by_custom(w, 0));
	world_free(w);
}

Test(progress, any_one_of_its_wakers_will_do)
{
	struct world *w = world_new("1 2d 3");

	world_may_post(w, 0, 1);
	world_edge(w, 2, RELATION_MAY_POST, EDGE_CAN_END);
	world_judge(w);
	cr_expect(able(w, 0));
	world_free(w);
}

Test(progress, a_wait_that_needs_all_is_stuck_if_one_waker_is)
{
	struct world *w = world_new("1 2d 3");

	world_may_post(w, 0, 1)->need_all = 1;
	world_edge(w, 2, RELATION_MAY_POST, EDGE_CAN_END);
	world_judge(w);
	cr_expect_not(able(w, 0));
	world_free(w);
}

Test(progress, a_wait_that_needs_all_can_go_on_if_all_can)
{
	struct world *w = world_new("1 2 3 4");

	world_may_post(w, 0, 1)->need_all = 1;
	world_edge(w, 2, RELATION_MAY_POST, EDGE_CAN_END);
	world_may_post(w, 2, 3);
	world_judge(w);
	cr_expect(able(w, 0));
	world_free(w);
}

Test(progress, a_wait_that_needs_all_needs_its_holders_besides_not_instead)
{
	struct world *w = world_new("1 2 3d");

	world_wait(w, 0)->need_all = 1;
	world_edge(w, 1, RELATION_HOLDS, EDGE_HOLDER);
	world_edge(w, 2, RELATION_MAY_POST, EDGE_CAN_END);
	world_judge(w);
	cr_expect_not(able(w, 0));
	cr_expect_not(able_by_custom(w, 0), "stuck for certain is stuck by custom");
	world_free(w);
}

Test(progress, one_member_that_can_go_on_makes_its_group)
{
	struct world *w = world_new("1 2 2 3");
	uint32_t process = world_process(w, 2);

	world_holds(w, 0, process);
	world_holds(w, 1, 1);
	world_judge(w);
	cr_expect(able(w, 0), "by thread 2");
	cr_expect_not(able(w, 1));
	world_free(w);
}

Test(progress, a_group_of_stuck_and_dead_members_is_stuck)
{
	struct world *w = world_new("1 2 2d 3");
	uint32_t process = world_process(w, 2);

	world_holds(w, 0, process);
	world_holds(w, 1, 1);
	world_judge(w);
	cr_expect_not(able(w, 0));
	world_free(w);
}

Test(progress, groups_of_groups_hand_on)
{
	struct world *w = world_new("1 2 3 4");
	uint32_t second = world_process(w, 2), third = world_process(w, 3);
	uint32_t mappers = world_group(w, GROUP_MAPPERS, second, third, NO_NODE);

	world_may_post(w, 0, mappers);
	world_holds(w, 1, 1);
	world_judge(w);
	cr_expect(able(w, 0));
	world_holds(w, 2, 2);
	world_judge(w);
	cr_expect_not(able(w, 0));
	world_free(w);
}

Test(progress, an_open_group_opens_those_who_wait_for_it)
{
	struct world *w = world_new("1 2d");
	uint32_t group = world_group(w, GROUP_MAPPERS, world_process(w, 2), NO_NODE);

	graph_set_census(&w->graph, group, 2, 1);
	world_may_post(w, 0, group);
	world_judge(w);
	cr_expect(able(w, 0));
	world_free(w);
}

Test(progress, a_group_whose_census_agrees_is_closed)
{
	struct world *w = world_new("1 2d");
	uint32_t group = world_group(w, GROUP_MAPPERS, world_process(w, 2), NO_NODE);

	graph_set_census(&w->graph, group, 1, 1);
	world_may_post(w, 0, group);
	world_judge(w);
	cr_expect_not(able(w, 0));
	world_free(w);
}

Test(progress, by_custom_only_the_holder_ends_a_held_wait)
{
	struct world *w = world_new("1 2d 3");

	world_may_post(w, 0, 2);
	world_edge(w, 1, RELATION_HOLDS, EDGE_HOLDER);
	world_judge(w);
	cr_expect(able(w, 0));
	cr_expect_not(able_by_custom(w, 0));
	world_free(w);
}

Test(progress, by_custom_everybody_may_end_what_nobody_holds)
{
	struct world *w = world_new("1 2d 3");

	world_may_post(w, 0, 2);
	world_edge(w, 1, RELATION_MAY_POST, EDGE_CAN_END);
	world_judge(w);
	cr_expect(able_by_custom(w, 0));
	world_free(w);
}

Test(progress, what_the_waiter_itself_holds_others_may_end)
{
	struct world *w = world_new("1 2");

	world_may_post(w, 0, 1);
	world_edge(w, 0, RELATION_HOLDS, EDGE_HOLDER);
	world_judge(w);
	cr_expect(able_by_custom(w, 0));
	world_free(w);
}

/* Process 1 has a writer and a thread that runs; 1 and 2 hold the read end. */
static struct world *full_pipe(unsigned int flags)
{
	struct world *w = world_new("1 1 2 3");
	uint32_t first = world_process(w, 1), second = world_process(w, 2);
	uint32_t readers = world_group(w, GROUP_READERS, first, second, NO_NODE);

	world_wait(w, 0);
	world_edge(w, readers, RELATION_READER, flags);
	return w;
}

Test(progress, by_custom_the_own_process_is_left_out)
{
	struct world *w = full_pipe(OWNS | EDGE_NOT_SELF);

	world_holds(w, 2, 2);
	world_judge(w);
	cr_expect(able(w, 0), "its other thread could read");
	cr_expect_not(able_by_custom(w, 0), "but by custom the other process does");
	world_free(w);
}

Test(progress, the_own_process_counts_where_it_is_not_left_out)
{
	struct world *w = full_pipe(OWNS);

	world_holds(w, 2, 2);
	world_judge(w);
	cr_expect(able_by_custom(w, 0));
	world_free(w);
}

Test(progress, beside_the_own_process_another_will_do)
{
	struct world *w = full_pipe(OWNS | EDGE_NOT_SELF);

	world_judge(w);
	cr_expect(able_by_custom(w, 0));
	world_free(w);
}

Test(progress, a_second_process_that_comes_late_still_counts)
{
	struct world *w = full_pipe(OWNS | EDGE_NOT_SELF);

	/* the own process is able from the start, process 2 only by process 3 */
	world_holds(w, 2, 3);
	world_judge(w);
	cr_expect(able_by_custom(w, 0));
	world_free(w);
}

/* Two processes fill a pipe that both could read: task 0 of one, task 2 of the other. */
static struct world *two_writers(void)
{
	struct world *w = world_new("1 1 2 2");
	uint32_t first = world_process(w, 1), second = world_process(w, 2);
	uint32_t readers = world_group(w, GROUP_READERS, first, second, NO_NODE);

	world_wait(w, 0);
	world_edge(w, readers, RELATION_READER, OWNS | EDGE_NOT_SELF);
	world_wait(w, 2);
	world_edge(w, readers, RELATION_READER, OWNS | EDGE_NOT_SELF);
	world_holds(w, 3, 3);
	return w;
}

Test(progress, who_leaves_out_its_own_process_is_freed_by_another_that_was_freed_in_turn)
{
	struct world *w = two_writers();

	world_judge(w);
	cr_expect(able_by_custom(w, 2), "task 1 runs, in the other process");
	cr_expect(able_by_custom(w, 0), "task 2 goes on, in the other process");
	world_free(w);
}

Test(progress, two_processes_that_leave_out_themselves_are_stuck_together)
{
	struct world *w = two_writers();

	world_holds(w, 1, 1);
	world_judge(w);
	cr_expect_not(able_by_custom(w, 0) || able_by_custom(w, 2));
	world_free(w);
}

Test(progress, a_group_that_becomes_able_twice_counts_once_for_a_wait_that_needs_all)
{
	struct world *w = world_new("1 1 2 3 4");
	uint32_t first = world_process(w, 1), second = world_process(w, 2);
	uint32_t readers = world_group(w, GROUP_READERS, first, second, NO_NODE);

	world_wait(w, 0)->need_all = 1;
	world_edge(w, readers, RELATION_READER, OWNS);
	world_edge(w, 4, RELATION_HOLDS, OWNS);
	world_holds(w, 2, 3); /* able after the own process */
	world_holds(w, 4, 4);
	world_judge(w);
	cr_expect_not(able_by_custom(w, 0), "the second waker is still stuck");
	cr_expect_not(able(w, 0));
	world_free(w);
}

Test(progress, a_group_that_leaves_out_the_own_process_counts_once_for_a_wait_that_needs_all)
{
	struct world *w = world_new("1 1 2 3 4");
	uint32_t first = world_process(w, 1), second = world_process(w, 2);
	uint32_t readers = world_group(w, GROUP_READERS, first, second, NO_NODE);

	world_wait(w, 0)->need_all = 1;
	world_edge(w, readers, RELATION_READER, OWNS | EDGE_NOT_SELF);
	world_edge(w, 4, RELATION_HOLDS, OWNS);
	world_holds(w, 2, 3);
	world_judge(w);
	cr_expect(able_by_custom(w, 0));
	world_free(w);
}

Test(progress, a_waived_wait_does_not_count)
{
	struct world *w = world_new("1 2 3");

	world_holds(w, 0, 1);
	world_holds(w, 1, 0);
	world_holds(w, 2, 2);
	w->waived[1] = 1;
	world_judge(w);
	cr_expect(able(w, 0) && able(w, 1));
	cr_expect_not(able(w, 2), "nobody waived it");
	world_free(w);
}

Test(progress, a_second_run_knows_nothing_of_the_first)
{
	struct world *w = world_new("1 2");

	world_holds(w, 0, 1);
	world_judge(w);
	cr_assert(able(w, 0));
	world_holds(w, 1, 0);
	world_judge(w);
	cr_expect_not(able(w, 0) || able(w, 1));
	world_free(w);
}
