/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include "core/release.h"
#include "graph_builder.h"

/* What the only deadlock's release is; frees the world. */
static struct release released(struct world *w)
{
	struct releaser releaser;

	world_judge(w);
	cr_assert_eq(w->explanation.count, 1, "%u deadlocks", w->explanation.count);
	cr_assert_eq(releaser_init(&releaser, &w->graph, &w->progress), 0);

	struct release release = release_find(&releaser, &w->explanation.items[0]);

	for (uint32_t i = 0; i < releaser.node_count; i++)
		cr_expect_eq(releaser.mark[i], 0, "node %u is still marked", i);
	releaser_deinit(&releaser);
	world_free(w);
	return release;
}

static void expect_release(struct release release, uint32_t pid, uint32_t tasks)
{
	cr_expect(release.known);
	cr_expect_eq(release.tasks, tasks, "%u tasks, not %u", release.tasks, tasks);
	cr_expect_eq(release.pid, pid, "process %u, not %u", release.pid, pid);
}

Test(release, a_lock_in_memory_stays_taken_when_its_holder_ends)
{
	struct world *w = world_new("1 2");

	world_holds(w, 0, 1);
	world_holds(w, 1, 0);
	expect_release(released(w), 0, 0);
}

Test(release, a_file_lock_is_given_back_when_its_holder_ends)
{
	struct world *w = world_new("1 2");

	world_wait(w, 0)->kind = WAIT_FLOCK;
	world_edge(w, world_process(w, 2), RELATION_HOLDS, OWNS);
	world_wait(w, 1)->kind = WAIT_FLOCK;
	world_edge(w, world_process(w, 1), RELATION_HOLDS, OWNS);
	expect_release(released(w), 100, 1);
}

Test(release, a_parent_goes_on_when_its_child_ends)
{
	struct world *w = world_new("1 2 3");

	world_holds(w, 1, 2);
	world_holds(w, 2, 1);
	world_wait(w, 0);
	world_edge(w, world_process(w, 2), RELATION_CHILD, OWNS);
	expect_release(released(w), 200, 1);
}

Test(release, who_goes_on_sets_others_free)
{
	struct world *w = world_new("1 2 3 4");

	world_holds(w, 2, 3);
	world_holds(w, 3, 2);
	world_wait(w, 0);
	world_edge(w, world_process(w, 3), RELATION_CHILD, OWNS);
	world_holds(w, 1, 0);
	expect_release(released(w), 300, 2);
}

Test(release, own_threads_of_the_process_do_not_count)
{
	struct world *w = world_new("1 1 1");

	world_holds(w, 0, 1);
	world_holds(w, 1, 0);
	world_holds(w, 2, 0);
	expect_release(released(w), 0, 0);
}

Test(release, a_reader_goes_on_when_the_last_writer_ends)
{
	struct world *w = world_new("1 2");
	uint32_t writers = world_group(w, GROUP_WRITERS, world_process(w, 2), NO_NODE);

	world_wait(w, 0);
	world_edge(w, writers, RELATION_WRITER, OWNS);
	world_wait(w, 1);
	world_edge(w, world_process(w, 1), RELATION_CHILD, OWNS);
	expect_release(released(w), 100, 1);
}

Test(release, a_reader_stays_while_another_process_holds_the_write_end)
{
	struct world *w = world_new("1 2 3");
	uint32_t writers =
		world_group(w, GROUP_WRITERS, world_process(w, 2), world_process(w, 3), NO_NODE);

	world_wait(w, 0);
	world_edge(w, writers, RELATION_WRITER, OWNS);
	world_holds(w, 1, 2);
	world_holds(w, 2, 1);
	expect_release(released(w), 0, 0);
}

Test(release, nothing_is_claimed_beyond_the_budget)
{
	struct world *w = world_new("1 2 3");
	struct releaser releaser;

	world_holds(w, 1, 2);
	world_holds(w, 2, 1);
	world_wait(w, 0);
	world_edge(w, world_process(w, 2), RELATION_CHILD, OWNS);
	world_judge(w);
	cr_assert_eq(releaser_init(&releaser, &w->graph, &w->progress), 0);
	releaser.budget = 1;
	cr_expect_not(release_find(&releaser, &w->explanation.items[0]).known);
	releaser_deinit(&releaser);
	world_free(w);
}
