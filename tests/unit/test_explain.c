/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <stdio.h>

#include "graph_builder.h"

static void expect_tasks(const uint32_t *tasks, uint32_t count, const uint32_t *wanted,
			 uint32_t wanted_count)
{
	cr_assert_eq(count, wanted_count, "%u tasks, not %u", count, wanted_count);
	for (uint32_t i = 0; i < count; i++)
		cr_expect_eq(tasks[i], wanted[i], "place %u: task %u, not %u", i, tasks[i],
			     wanted[i]);
}

#define expect_causes(item, ...)                                                           \
	expect_tasks((item)->tasks, (item)->task_count, (const uint32_t[]){ __VA_ARGS__ }, \
		     sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))
#define expect_victims(item, ...)                                                              \
	expect_tasks((item)->victims, (item)->victim_count, (const uint32_t[]){ __VA_ARGS__ }, \
		     sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

/* The only deadlock there is. */
static const struct explained *only(struct world *w, enum verdict verdict)
{
	world_judge(w);
	cr_assert_eq(w->explanation.count, 1, "%u deadlocks", w->explanation.count);
	cr_expect_eq(w->explanation.items[0].verdict, verdict, "%s",
		     verdict_name[w->explanation.items[0].verdict]);
	return &w->explanation.items[0];
}

static void expect_nothing(struct world *w)
{
	world_judge(w);
	cr_expect_eq(w->explanation.count, 0);
	world_free(w);
}

Test(explain, who_waits_for_himself_is_self)
{
	struct world *w = world_new("1 2");

	world_holds(w, 0, 0);

	const struct explained *item = only(w, VERDICT_SELF);

	expect_causes(item, 0);
	cr_expect_eq(item->ring_count, 1);
	cr_expect_eq(item->certainty, CERTAINTY_PROVEN);
	world_free(w);
}

Test(explain, who_waits_for_his_own_process_without_other_threads_is_self)
{
	struct world *w = world_new("1");

	world_wait(w, 0);
	world_edge(w, world_process(w, 1), RELATION_WRITER, OWNS);
	expect_causes(only(w, VERDICT_SELF), 0);
	world_free(w);
}

Test(explain, the_own_process_among_the_holders_of_a_pipe_is_self)
{
	struct world *w = world_new("1");
	uint32_t writers = world_group(w, GROUP_WRITERS, world_process(w, 1), NO_NODE);

	world_wait(w, 0);
	world_edge(w, writers, RELATION_WRITER, OWNS);
	expect_causes(only(w, VERDICT_SELF), 0);
	world_free(w);
}

Test(explain, who_waits_for_his_own_process_with_a_thread_that_runs_is_not_stuck)
{
	struct world *w = world_new("1 1");

	world_wait(w, 0);
	world_edge(w, world_process(w, 1), RELATION_WRITER, OWNS);
	expect_nothing(w);
}

Test(explain, two_threads_that_wait_for_their_own_process_are_a_cycle)
{
	struct world *w = world_new("1 1");
	uint32_t process = world_process(w, 1);

	world_wait(w, 0);
	world_edge(w, process, RELATION_WRITER, OWNS);
	world_wait(w, 1);
	world_edge(w, process, RELATION_WRITER, OWNS);

	const struct explained *item = only(w, VERDICT_CYCLE);

	expect_causes(item, 0, 1);
	cr_expect_eq(item->ring_count, 2);
	world_free(w);
}

Test(explain, a_process_of_threads_that_merely_wait_is_no_self)
{
	struct world *w = world_new("1 1");
	uint32_t process = world_process(w, 1);

	world_wait(w, 0);
	world_edge(w, process, RELATION_WRITER, OWNS);
	world_may_post(w, 1, process);
	expect_causes(only(w, VERDICT_NO_WAKER), 0, 1);
	world_free(w);
}

Test(explain, two_that_hold_what_the_other_waits_for_are_a_cycle)
{
	struct world *w = world_new("1 1 1");

	world_holds(w, 0, 1);
	world_holds(w, 1, 0);

	const struct explained *item = only(w, VERDICT_CYCLE);

	expect_causes(item, 0, 1);
	cr_expect_eq(item->ring_count, 2);
	cr_expect_eq(item->victim_count, 0);
	world_free(w);
}

Test(explain, a_ring_with_one_timed_wait_is_nothing)
{
	struct world *w = world_new("1 1");

	world_holds(w, 0, 1);
	world_holds(w, 1, 0);
	world_open(w, OPEN_TIMED);
	expect_nothing(w);
}

Test(explain, a_ring_of_three_is_a_cycle_in_its_order)
{
	struct world *w = world_new("1 2 3");

	world_holds(w, 0, 2);
	world_holds(w, 2, 1);
	world_holds(w, 1, 0);

	const struct explained *item = only(w, VERDICT_CYCLE);

	expect_causes(item, 0, 2, 1);
	cr_expect_eq(item->ring_count, 3);
	world_free(w);
}

Test(explain, a_ring_begins_with_its_oldest_task)
{
	struct world *w = world_new("1 2 3");

	world_holds(w, 0, 1);
	world_holds(w, 1, 2);
	world_holds(w, 2, 0);
	w->look.tasks[1].start_ns = 5;
	expect_causes(only(w, VERDICT_CYCLE), 1, 2, 0);
	world_free(w);
}

Test(explain, a_chain_that_ends_in_somebody_who_runs_is_nothing)
{
	struct world *w = world_new("1 2 3");

	world_holds(w, 0, 1);
	world_holds(w, 1, 2);
	expect_nothing(w);
}

Test(explain, a_ring_closes_through_processes)
{
	struct world *w = world_new("1 2");

	world_wait(w, 0);
	world_edge(w, world_process(w, 2), RELATION_CHILD, OWNS);
	world_wait(w, 1);
	world_edge(w, world_process(w, 1), RELATION_READER, OWNS);

	const struct explained *item = only(w, VERDICT_CYCLE);

	expect_causes(item, 0, 1);
	cr_expect_eq(item->ring_count, 2);
	world_free(w);
}

Test(explain, a_ring_through_a_process_with_another_thread_that_runs_is_nothing)
{
	struct world *w = world_new("1 2 2");

	world_wait(w, 0);
	world_edge(w, world_process(w, 2), RELATION_CHILD, OWNS);
	world_wait(w, 1);
	world_edge(w, world_process(w, 1), RELATION_READER, OWNS);
	expect_nothing(w);
}

Test(explain, of_two_rings_the_shorter_leads_though_it_goes_through_more_groups)
{
	struct world *w = world_new("1 2 3 4");
	uint32_t fourth = world_group(w, GROUP_READERS, world_process(w, 4), NO_NODE);

	world_wait(w, 0);
	world_edge(w, 1, RELATION_WRITER, OWNS);
	world_edge(w, world_group(w, GROUP_CUSTOM, fourth, NO_NODE), RELATION_WRITER, OWNS);
	world_holds(w, 1, 2);
	world_holds(w, 2, 0);
	world_holds(w, 3, 0);

	const struct explained *item = only(w, VERDICT_CYCLE);

	cr_expect_eq(item->ring_count, 2);
	expect_causes(item, 0, 3, 1, 2);
	world_free(w);
}

Test(explain, a_ring_far_from_the_oldest_tasks_is_found)
{
	enum { WEAK = 200 };
	char text[8 * WEAK] = "";
	size_t length = 0;

	for (int i = 1; i <= WEAK + 2; i++)
		length += snprintf(text + length, sizeof(text) - length, "%d ", i);

	struct world *w = world_new(text);

	/* a long line of tasks that could post to one another, closed by two that hold locks */
	for (uint32_t i = 0; i < WEAK; i++)
		world_may_post(w, i, i + 1);
	world_holds(w, WEAK, WEAK + 1);
	world_holds(w, WEAK + 1, WEAK);
	world_edge(w, 0, RELATION_HOLDS, OWNS);

	const struct explained *item = only(w, VERDICT_CYCLE);

	cr_expect_eq(item->ring_count, 2);
	cr_expect_eq(item->tasks[0], WEAK);
	cr_expect_eq(item->task_count, WEAK + 2);
	world_free(w);
}

Test(explain, the_headline_of_self_is_who_waits_for_himself)
{
	struct world *w = world_new("1 2 3");

	/* 1 polls what 1 and 2 write; 2 waits that 0 posts; 0 waits for 1 */
	world_wait(w, 1);
	world_edge(w, 1, RELATION_WRITER, OWNS);
	world_edge(w, 2, RELATION_WRITER, OWNS);
	world_may_post(w, 2, 0);
	world_may_post(w, 0, 1);
	expect_causes(only(w, VERDICT_SELF), 1, 0, 2);
	world_free(w);
}

Test(explain, who_waits_for_the_dead_has_a_dead_owner)
{
	struct world *w = world_new("1 2d");

	world_holds(w, 0, 1);

	const struct explained *item = only(w, VERDICT_DEAD_OWNER);

	expect_causes(item, 0);
	cr_expect_eq(item->dead, 1);
	cr_expect_eq(item->ring_count, 0);
	world_free(w);
}

Test(explain, a_process_whose_threads_are_all_dead_is_a_dead_owner)
{
	struct world *w = world_new("1 2d 2d");
	uint32_t process = world_process(w, 2);

	world_holds(w, 0, process);
	cr_expect_eq(only(w, VERDICT_DEAD_OWNER)->dead, process);
	world_free(w);
}

Test(explain, a_process_with_a_dead_leader_and_a_live_thread_is_not_dead)
{
	struct world *w = world_new("1 2d 2");

	world_holds(w, 0, world_process(w, 2));
	expect_nothing(w);
}

Test(explain, all_who_wait_for_the_same_dead_are_one_deadlock)
{
	struct world *w = world_new("1 2 3 4");
	uint32_t dead = world_dead(w, 77);

	world_holds(w, 2, dead);
	world_holds(w, 0, dead);
	world_holds(w, 3, dead);

	const struct explained *item = only(w, VERDICT_DEAD_OWNER);

	expect_causes(item, 0, 2, 3);
	cr_expect_eq(item->dead, dead);
	world_free(w);
}

Test(explain, two_dead_owners_are_two_deadlocks)
{
	struct world *w = world_new("1 2");

	world_holds(w, 0, world_dead(w, 77));
	world_holds(w, 1, world_dead(w, 78));
	world_judge(w);
	cr_expect_eq(w->explanation.count, 2);
	world_free(w);
}

Test(explain, the_dead_who_merely_could_have_posted_own_nothing)
{
	struct world *w = world_new("1 2d");

	world_may_post(w, 0, 1);
	expect_causes(only(w, VERDICT_NO_WAKER), 0);
	world_free(w);
}

Test(explain, a_pool_in_which_all_wait_has_no_waker)
{
	struct world *w = world_new("1 2 3");
	uint32_t first = world_process(w, 1), second = world_process(w, 2);
	uint32_t third = world_process(w, 3);
	uint32_t mappers = world_group(w, GROUP_MAPPERS, first, second, third, NO_NODE);

	for (uint32_t i = 0; i < 3; i++)
		world_may_post(w, i, mappers);

	const struct explained *item = only(w, VERDICT_NO_WAKER);

	expect_causes(item, 0, 1, 2);
	cr_expect_eq(item->ring_count, 0);
	world_free(w);
}

Test(explain, a_pool_in_which_one_runs_is_nothing)
{
	struct world *w = world_new("1 2 3");
	uint32_t first = world_process(w, 1), second = world_process(w, 2);
	uint32_t third = world_process(w, 3);
	uint32_t mappers = world_group(w, GROUP_MAPPERS, first, second, third, NO_NODE);

	world_may_post(w, 0, mappers);
	world_may_post(w, 2, mappers);
	expect_nothing(w);
}

Test(explain, who_waits_for_a_cause_is_its_victim)
{
	struct world *w = world_new("1 2 3 4");

	world_holds(w, 0, 2);
	world_holds(w, 2, 0);
	world_wait(w, 1);
	world_edge(w, world_process(w, 3), RELATION_CHILD, OWNS);
	world_may_post(w, 3, 1);

	const struct explained *item = only(w, VERDICT_CYCLE);

	expect_causes(item, 0, 2);
	expect_victims(item, 1, 3);
	world_free(w);
}

Test(explain, who_waits_beside_a_cause_is_no_victim)
{
	struct world *w = world_new("1 2 3 4");

	world_holds(w, 0, 0);
	world_holds(w, 1, 2);
	expect_causes(only(w, VERDICT_SELF), 0);
	cr_expect_eq(w->explanation.items[0].victim_count, 0);
	world_free(w);
}

Test(explain, a_victim_of_two_causes_is_listed_with_both)
{
	struct world *w = world_new("1 2 3");
	uint32_t first = world_process(w, 1), second = world_process(w, 2);
	uint32_t children = world_group(w, GROUP_CHILDREN, first, second, NO_NODE);

	world_holds(w, 0, 0);
	world_holds(w, 1, 1);
	world_wait(w, 2);
	world_edge(w, children, RELATION_CHILD, OWNS);
	world_judge(w);
	cr_assert_eq(w->explanation.count, 2);
	expect_victims(&w->explanation.items[0], 2);
	expect_victims(&w->explanation.items[1], 2);
	world_free(w);
}

Test(explain, what_others_could_end_too_is_likely)
{
	struct world *w = world_new("1 2 3");

	world_may_post(w, 0, 2);
	world_edge(w, 1, RELATION_HOLDS, EDGE_HOLDER);
	world_may_post(w, 1, 2);
	world_edge(w, 0, RELATION_HOLDS, EDGE_HOLDER);

	const struct explained *item = only(w, VERDICT_CYCLE);

	expect_causes(item, 0, 1);
	cr_expect_eq(item->certainty, CERTAINTY_LIKELY);
	world_free(w);
}

Test(explain, what_nobody_else_could_end_is_proven)
{
	struct world *w = world_new("1 2 3d");

	world_may_post(w, 0, 2);
	world_edge(w, 1, RELATION_HOLDS, OWNS);
	world_may_post(w, 1, 2);
	world_edge(w, 0, RELATION_HOLDS, OWNS);
	cr_expect_eq(only(w, VERDICT_CYCLE)->certainty, CERTAINTY_PROVEN);
	world_free(w);
}

Test(explain, a_victim_that_may_be_freed_leaves_its_cause_proven)
{
	struct world *w = world_new("1 2 3");

	world_holds(w, 0, 0);
	world_may_post(w, 1, 2);
	world_edge(w, 0, RELATION_HOLDS, EDGE_HOLDER);

	const struct explained *item = only(w, VERDICT_SELF);

	expect_victims(item, 1);
	cr_expect_eq(item->certainty, CERTAINTY_PROVEN);
	world_free(w);
}

Test(explain, who_waits_on_purpose_is_no_cause)
{
	struct world *w = world_new("1");

	world_wait(w, 0)->idle = 1;
	expect_nothing(w);
}

Test(explain, who_waits_without_purpose_is_one)
{
	struct world *w = world_new("1");

	world_wait(w, 0);
	expect_causes(only(w, VERDICT_NO_WAKER), 0);
	world_free(w);
}

Test(explain, who_depends_on_the_idle_by_a_strong_relation_is_not_reported)
{
	struct world *w = world_new("1 2 3");

	world_wait(w, 1)->idle = 1;
	world_wait(w, 0);
	world_edge(w, world_process(w, 2), RELATION_CHILD, OWNS);
	world_holds(w, 2, 0);
	expect_nothing(w);
}

Test(explain, who_could_only_be_posted_to_by_the_idle_is_reported)
{
	struct world *w = world_new("1 2");

	world_wait(w, 1)->idle = 1;
	world_may_post(w, 0, world_process(w, 2));
	expect_causes(only(w, VERDICT_NO_WAKER), 0);
	world_free(w);
}

Test(explain, an_idle_thread_in_a_process_of_the_ring_changes_nothing)
{
	struct world *w = world_new("1 1 2");

	world_wait(w, 1)->idle = 1;
	world_wait(w, 2);
	world_edge(w, world_process(w, 1), RELATION_CHILD, OWNS);
	world_wait(w, 0);
	world_edge(w, world_process(w, 2), RELATION_READER, OWNS);
	expect_causes(only(w, VERDICT_CYCLE), 0, 2);
	world_free(w);
}

Test(explain, a_holder_is_blamed_before_those_who_merely_could_post)
{
	struct world *w = world_new("1 2 3");

	world_may_post(w, 0, 1);
	world_edge(w, 2, RELATION_HOLDS, EDGE_HOLDER);
	world_holds(w, 1, 1);
	world_holds(w, 2, 2);
	world_judge(w);
	cr_assert_eq(w->explanation.count, 2);
	cr_expect_eq(world_victim(w, 0), world_cause(w, 2));
	cr_expect_eq(world_cause(w, 1)->victim_count, 0);
	world_free(w);
}

Test(explain, a_guard_on_a_stack_names_the_holder_and_proves_nothing)
{
	struct world *w = world_new("1 1");
	uint32_t both = world_group(w, GROUP_MEMORY, 0u, 1u, NO_NODE);

	for (uint32_t i = 0; i < 2; i++) {
		world_wait(w, i);
		world_edge(w, 1 - i, RELATION_HOLDS, EDGE_GUARD);
		world_edge(w, both, RELATION_MAY_WAKE, EDGE_CAN_END);
	}
	world_judge(w);
	cr_assert_eq(w->explanation.count, 1);
	cr_expect_eq(world_cause(w, 0)->verdict, VERDICT_CYCLE);
	cr_expect_eq(world_cause(w, 0)->certainty, CERTAINTY_LIKELY);
	world_free(w);
}

Test(explain, a_guard_on_a_stack_stops_nobody_who_lives_from_ending_the_wait)
{
	struct world *w = world_new("1 1 1");
	uint32_t all = world_group(w, GROUP_MEMORY, 0u, 1u, 2u, NO_NODE);

	for (uint32_t i = 0; i < 2; i++) {
		world_wait(w, i);
		world_edge(w, 1 - i, RELATION_HOLDS, EDGE_GUARD);
		world_edge(w, all, RELATION_MAY_WAKE, EDGE_CAN_END);
	}
	world_judge(w);
	cr_expect_eq(w->explanation.count, 0);
	world_free(w);
}

Test(explain, beside_somebody_with_a_guard_others_who_might_hold_it_are_no_causes)
{
	struct world *w = world_new("1 1 1");

	for (uint32_t i = 0; i < 2; i++) {
		world_wait(w, i);
		world_edge(w, 1 - i, RELATION_HOLDS, EDGE_HOLDER | EDGE_GUARD);
		world_edge(w, 2, RELATION_MAY_WAKE, EDGE_HOLDER);
	}
	world_holds(w, 2, 0);
	world_judge(w);
	cr_assert_eq(w->explanation.count, 1);
	cr_expect_eq(world_cause(w, 0)->task_count, 2);
	cr_expect_eq(world_victim(w, 2), world_cause(w, 0));
	world_free(w);
}

Test(explain, who_might_hold_it_and_lives_keeps_it_open)
{
	struct world *w = world_new("1 1 1");

	for (uint32_t i = 0; i < 2; i++) {
		world_wait(w, i);
		world_edge(w, 1 - i, RELATION_HOLDS, EDGE_HOLDER | EDGE_GUARD);
	}
	world_edge(w, 2, RELATION_MAY_WAKE, EDGE_HOLDER);
	world_judge(w);
	cr_expect_eq(w->explanation.count, 0);
	world_free(w);
}

Test(explain, a_wait_that_needs_all_blames_only_those_who_cannot_act)
{
	struct world *w = world_new("1 2 2 3");
	uint32_t second = world_process(w, 2);

	/* thread 2 of the second process is stuck for reasons of its own; thread 1 runs */
	world_holds(w, 2, 2);
	world_wait(w, 0)->need_all = 1;
	world_edge(w, second, RELATION_HOLDS, OWNS);
	world_edge(w, world_dead(w, 77), RELATION_HOLDS, OWNS);
	world_judge(w);
	cr_assert_eq(w->explanation.count, 2);
	cr_assert(world_cause(w, 0));
	cr_expect_eq(world_cause(w, 0)->verdict, VERDICT_DEAD_OWNER);
	cr_expect_null(world_victim(w, 0));
	world_free(w);
}

Test(explain, a_wait_that_leaves_out_its_own_process_blames_the_others)
{
	struct world *w = world_new("1 1 2 3");
	uint32_t first = world_process(w, 1), second = world_process(w, 2);
	uint32_t readers = world_group(w, GROUP_READERS, first, second, NO_NODE);

	world_wait(w, 0);
	world_edge(w, readers, RELATION_READER, OWNS | EDGE_NOT_SELF);
	world_holds(w, 1, 1);
	world_holds(w, 2, 0);
	world_judge(w);
	cr_assert_eq(w->explanation.count, 2);
	cr_expect_eq(world_cause(w, 0)->verdict, VERDICT_CYCLE);
	cr_expect_eq(world_cause(w, 2), world_cause(w, 0));
	cr_expect_eq(world_cause(w, 1)->victim_count, 0);
	world_free(w);
}

Test(explain, nothing_stuck_is_nothing_to_explain)
{
	struct world *w = world_new("1 2");

	expect_nothing(w);
}
