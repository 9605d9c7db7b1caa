/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/look.h"
#include "core/sort.h"

/* A look over copies of the tasks, in the order given. */
static struct look look_of(const struct look_task *tasks, uint32_t count)
{
	struct look_task *copy = calloc(count + 1, sizeof(*copy));
	struct look look;

	cr_assert(copy);
	if (count)
		memcpy(copy, tasks, count * sizeof(*copy));
	cr_assert_eq(look_init(&look, copy, count), 0);
	return look;
}

#define LOOK_OF(...)                                       \
	look_of((const struct look_task[]){ __VA_ARGS__ }, \
		sizeof((const struct look_task[]){ __VA_ARGS__ }) / sizeof(struct look_task))

Test(look, tasks_come_to_be_sorted_by_process_then_thread)
{
	struct look look = LOOK_OF({ .pid = 9, .tid = 9 }, { .pid = 3, .tid = 12 },
				   { .pid = 9, .tid = 4 }, { .pid = 3, .tid = 3 });
	static const uint32_t tids[] = { 3, 12, 4, 9 };

	cr_assert_eq(look.task_count, 4);
	for (uint32_t i = 0; i < 4; i++)
		cr_expect_eq(look.tasks[i].tid, tids[i]);
	look_deinit(&look);
}

Test(look, an_empty_look_finds_nothing)
{
	struct look look = look_of(NULL, 0);
	uint32_t first;

	cr_expect_eq(look_find(&look, 1), NO_TASK);
	cr_expect_null(look_process(&look, 1));
	cr_expect_eq(look_children(&look, 1, &first), 0);
	look_deinit(&look);
}

Test(look, every_task_is_found_by_its_tid_and_no_other)
{
	struct look look =
		LOOK_OF({ .pid = 3, .tid = 3 }, { .pid = 3, .tid = 70000 }, { .pid = 9, .tid = 4 },
			{ .pid = 9, .tid = 9 }, { .pid = 4000000, .tid = 4000000 });

	for (uint32_t i = 0; i < look.task_count; i++)
		cr_expect_eq(look_find(&look, look.tasks[i].tid), i);
	cr_expect_eq(look_find(&look, 5), NO_TASK);
	cr_expect_eq(look_find(&look, 0), NO_TASK);
	cr_expect_eq(look_find(&look, 4000001), NO_TASK);
	look_deinit(&look);
}

Test(look, of_records_with_one_tid_the_last_wins)
{
	struct look look = LOOK_OF({ .pid = 9, .tid = 9 }, { .pid = 3, .tid = 3, .switches = 1 },
				   { .pid = 3, .tid = 3, .switches = 2 });

	cr_assert_eq(look.task_count, 2);
	cr_expect_eq(look.tasks[look_find(&look, 3)].switches, 2);
	look_deinit(&look);
}

Test(look, a_tid_that_moved_to_another_process_during_the_pass_is_one_task)
{
	struct look look =
		LOOK_OF({ .pid = 3, .tid = 3 }, { .pid = 3, .tid = 5 }, { .pid = 5, .tid = 5 });

	cr_assert_eq(look.task_count, 2);
	cr_expect_eq(look.tasks[look_find(&look, 5)].pid, 5);
	cr_expect_eq(look_process(&look, 3)->count, 1);
	look_deinit(&look);
}

Test(look, a_process_has_all_its_threads)
{
	struct look look = LOOK_OF({ .pid = 3, .tid = 3 }, { .pid = 9, .tid = 4, .ppid = 3 },
				   { .pid = 9, .tid = 9, .ppid = 3 }, { .pid = 12, .tid = 12 });
	const struct process *process = look_process(&look, 9);

	cr_assert(process);
	cr_expect_eq(process->first, 1);
	cr_expect_eq(process->count, 2);
	cr_expect_eq(process->ppid, 3);
	cr_expect_null(look_process(&look, 4), "a thread is no process");
	look_deinit(&look);
}

Test(look, children_are_those_of_that_parent)
{
	struct look look =
		LOOK_OF({ .pid = 1, .tid = 1 }, { .pid = 3, .tid = 3, .ppid = 1 },
			{ .pid = 4, .tid = 4, .ppid = 3 }, { .pid = 5, .tid = 5, .ppid = 1 },
			{ .pid = 6, .tid = 6, .ppid = 3 });
	uint32_t first, count = look_children(&look, 3, &first);

	cr_assert_eq(count, 2);
	cr_expect_eq(look.processes[look.by_parent[first]].pid, 4);
	cr_expect_eq(look.processes[look.by_parent[first + 1]].pid, 6);
	cr_expect_eq(look_children(&look, 2, &first), 0);
	cr_expect_eq(look_children(&look, 6, &first), 0);
	look_deinit(&look);
}

Test(look, a_number_names_a_task_in_the_viewers_own_namespace)
{
	struct look look =
		LOOK_OF({ .pid = 2, .tid = 2, .pid_ns = 1 },
			{ .pid = 50, .tid = 50, .pid_ns = 7, .ns_level = 1, .ns_tid = 1 },
			{ .pid = 51, .tid = 51, .pid_ns = 7, .ns_level = 1, .ns_tid = 2 },
			{ .pid = 60, .tid = 60, .pid_ns = 8, .ns_level = 1, .ns_tid = 2 });
	bool known = false;

	cr_expect_eq(look_find_in_namespace(&look, look_find(&look, 50), 2, &known),
		     look_find(&look, 51));
	cr_expect(known);
	cr_expect_eq(look_find_in_namespace(&look, look_find(&look, 60), 2, &known),
		     look_find(&look, 60));
	cr_expect_eq(look_find_in_namespace(&look, look_find(&look, 2), 2, &known),
		     look_find(&look, 2));
	cr_expect_eq(look_find_in_namespace(&look, look_find(&look, 60), 1, &known), NO_TASK);
	cr_expect(known);
	look_deinit(&look);
}

Test(look, namespaces_nest)
{
	struct look look =
		LOOK_OF({ .pid = 50, .tid = 50, .pid_ns = 7, .ns_level = 2, .ns_tid = 1 },
			{ .pid = 51, .tid = 51, .pid_ns = 8, .ns_level = 3, .ns_tid = 3 },
			{ .pid = 60, .tid = 60, .pid_ns = 9, .ns_level = 3, .ns_tid = 3 },
			{ .pid = 61, .tid = 61, .pid_ns = 9, .ns_level = 3, .ns_tid = 1 });
	bool known = false;

	cr_expect_eq(look_find_in_namespace(&look, look_find(&look, 61), 3, &known),
		     look_find(&look, 60));
	cr_expect(known);
	cr_expect_eq(look_find_in_namespace(&look, look_find(&look, 50), 3, &known), NO_TASK);
	cr_expect(known);
	look_deinit(&look);
}

Test(look, a_namespace_nested_too_deeply_is_not_known)
{
	struct look look = LOOK_OF({ .pid = 2, .tid = 2, .pid_ns = 9, .ns_level = 2 },
				   { .pid = 3, .tid = 3, .pid_ns = 9, .ns_level = 2 });
	bool known = true;

	cr_expect_eq(look_find_in_namespace(&look, 0, 3, &known), NO_TASK);
	cr_expect_not(known);
	look_deinit(&look);
}

Test(look, a_thread_is_found_by_its_thread_pointer_while_it_lives)
{
	struct look look =
		LOOK_OF({ .pid = 3, .tid = 3, .thread_pointer = 0x10 },
			{ .pid = 3, .tid = 4, .thread_pointer = 0x20 },
			{ .pid = 3, .tid = 5, .thread_pointer = 0x30, .flags = TASK_DEAD },
			{ .pid = 9, .tid = 9, .thread_pointer = 0x40 });
	const struct process *process = look_process(&look, 3);

	cr_expect_eq(look_find_thread(&look, process, 0x20), 1);
	cr_expect_eq(look_find_thread(&look, process, 0x30), NO_TASK);
	cr_expect_eq(look_find_thread(&look, process, 0x40), NO_TASK, "of another process");
	look_deinit(&look);
}

Test(look, a_thread_is_found_by_the_word_that_its_end_clears)
{
	struct look look =
		LOOK_OF({ .pid = 3, .tid = 3, .clear_child_tid = 0x30 },
			{ .pid = 3, .tid = 4, .clear_child_tid = 0x20, .flags = TASK_DEAD },
			{ .pid = 3, .tid = 5, .clear_child_tid = 0x20 },
			{ .pid = 3, .tid = 6, .clear_child_tid = 0x20 });
	const struct process *process = look_process(&look, 3);

	cr_expect_eq(look_find_clearing(&look, process, 0x30), 0);
	cr_expect_eq(look_find_clearing(&look, process, 0x20), 2, "the first that is alive");
	cr_expect_eq(look_find_clearing(&look, process, 0x28), NO_TASK);
	look_deinit(&look);
}

Test(look, no_address_is_no_threads_address)
{
	struct look look = LOOK_OF({ .pid = 3, .tid = 3 });

	cr_expect_eq(look_find_thread(&look, look_process(&look, 3), 0), NO_TASK);
	cr_expect_eq(look_find_clearing(&look, look_process(&look, 3), 0), NO_TASK);
	look_deinit(&look);
}

Test(look, a_process_is_dead_when_all_its_threads_are)
{
	struct look look =
		LOOK_OF({ .pid = 3, .tid = 3, .flags = TASK_DEAD }, { .pid = 3, .tid = 4 },
			{ .pid = 9, .tid = 9, .flags = TASK_DEAD });

	cr_expect(process_is_dead(&look, look_process(&look, 9)));
	cr_expect_not(process_is_dead(&look, look_process(&look, 3)), "its leader alone is");
	look_deinit(&look);
}

/* Three passes of eleven bits: keys of every size, with equal ones among them. */
Test(sort, indices_are_sorted_by_key_and_equal_ones_keep_their_order)
{
	enum { COUNT = 5000 };
	static uint32_t keys[COUNT], index[COUNT], scratch[COUNT];
	uint32_t state = 1;

	for (uint32_t bits = 1; bits <= 32; bits++) {
		for (uint32_t i = 0; i < COUNT; i++) {
			state = state * 1664525 + 1013904223;
			keys[i] = state >> (32 - bits);
			index[i] = i;
		}
		sort_indices(index, COUNT, keys, scratch);
		for (uint32_t i = 1; i < COUNT; i++) {
			uint32_t a = index[i - 1], b = index[i];

			cr_assert(keys[a] < keys[b] || (keys[a] == keys[b] && a < b),
				  "%u bits, place %u", bits, i);
		}
	}
}

Test(sort, indices_in_falling_order_are_turned_round)
{
	static const uint32_t keys[] = { 5000000, 4000, 4000, 30, 2 };
	uint32_t index[] = { 0, 1, 2, 3, 4 }, scratch[5];
	static const uint32_t wanted[] = { 4, 3, 1, 2, 0 };

	sort_indices(index, 5, keys, scratch);
	for (uint32_t i = 0; i < 5; i++)
		cr_expect_eq(index[i], wanted[i]);
}
