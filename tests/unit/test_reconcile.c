/* SPDX-License-Identifier: BSD-2-Clause */
/* When what was hidden at the last listing is known to be hidden still. */
#include <criterion/criterion.h>

#include "bpf/event.h"
#include "source/reconcile.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct look_task hidden[] = { { .tid = 1, .pid = 1 }, { .tid = 7, .pid = 1 } };
static struct look_task passed[] = { { .tid = 2 }, { .tid = 3 }, { .tid = 3 }, { .tid = 4 } };
static const struct task_list pass = { .tasks = passed, .count = COUNT(passed) };
static const struct reconciler listed = {
	.hidden = { .tasks = hidden, .count = COUNT(hidden) },
	.last_id = 40,
	.whole = true,
};

Test(reconcile, loadavg_tells_the_count_of_tasks_and_the_last_id)
{
	struct task_count count = { 0 };

	cr_expect(loadavg_parse("0.20 0.18 0.12 1/80 11206\n", &count));
	cr_expect_eq(count.tasks, 80);
	cr_expect_eq(count.last_id, 11206);
}

Test(reconcile, what_is_not_a_loadavg_says_nothing)
{
	struct task_count count = { .tasks = 5, .last_id = 6 };

	cr_expect_not(loadavg_parse("", &count));
	cr_expect_not(loadavg_parse("0.20 0.18 0.12 1 11206\n", &count));
	cr_expect_not(loadavg_parse("0.20 0.18 0.12 1/80\n", &count));
	cr_expect_eq(count.tasks, 5);
	cr_expect_eq(count.last_id, 6);
}

Test(reconcile, nobody_was_born_and_nobody_has_gone)
{
	cr_expect(reconciler_holds(&listed, &pass, &(struct task_count){ 5, 40 }));
}

Test(reconcile, a_birth_is_looked_for_even_if_the_count_is_the_same)
{
	cr_expect_not(reconciler_holds(&listed, &pass, &(struct task_count){ 5, 41 }));
}

Test(reconcile, a_count_that_differs_is_looked_into)
{
	cr_expect_not(reconciler_holds(&listed, &pass, &(struct task_count){ 4, 40 }));
	cr_expect_not(reconciler_holds(&listed, &pass, &(struct task_count){ 6, 40 }));
}

Test(reconcile, a_listing_that_left_somebody_out_serves_no_later_look)
{
	struct reconciler partial = listed;

	partial.whole = false;
	cr_expect_not(reconciler_holds(&partial, &pass, &(struct task_count){ 5, 40 }));
}

Test(reconcile, nothing_is_known_before_the_first_listing)
{
	const struct reconciler none = { 0 };

	cr_expect_not(reconciler_holds(&none, &pass, &(struct task_count){ 3, 0 }));
}

Test(reconcile, who_is_hidden_is_read_anew_every_few_looks)
{
	struct reconciler old = listed;

	old.age = 8;
	cr_expect_not(reconciler_holds(&old, &pass, &(struct task_count){ 5, 40 }));
}
