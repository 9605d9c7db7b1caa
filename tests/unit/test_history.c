/* SPDX-License-Identifier: BSD-2-Clause */
/* What the judge remembers of semaphores and of the dead. */
#include <criterion/criterion.h>

#include "core/history.h"

#define SEM 0x404040

static struct event sem_event(uint32_t type, uint32_t tid)
{
	return (struct event){
		.type = type, .pid = 10, .tid = tid, .start_ns = tid, .object = SEM
	};
}

/* Whoever holds the semaphore of process 10 after the events: 0 if nobody is known to. */
static uint32_t holder_after(const struct event *events, size_t count)
{
	struct history *history = history_new();
	struct look look;
	struct person holder = { 0 };
	struct look_task *task = calloc(1, sizeof(*task));

	*task = (struct look_task){ .tid = 11, .pid = 10, .start_ns = 11 };
	cr_assert_not(look_init(&look, task, 1));
	for (size_t i = 0; i < count; i++)
		history_sem(history, &events[i]);
	if (!history_sem_holder(history, &look, 10, SEM, &holder))
		holder.tid = 0;
	look_deinit(&look);
	history_free(history);
	return holder.tid;
}

#define HOLDER_AFTER(...)                             \
	holder_after((struct event[]){ __VA_ARGS__ }, \
		     sizeof((struct event[]){ __VA_ARGS__ }) / sizeof(struct event))

Test(history, taker_of_a_semaphore_holds_it)
{
	cr_assert_eq(HOLDER_AFTER(sem_event(EVENT_SEM_ACQUIRE, 11)), 11);
}

Test(history, semaphore_given_back_is_held_by_nobody)
{
	cr_assert_eq(HOLDER_AFTER(sem_event(EVENT_SEM_ACQUIRE, 11), sem_event(EVENT_SEM_POST, 11)),
		     0);
}

Test(history, semaphore_given_by_others_is_a_signal_and_never_held)
{
	cr_assert_eq(HOLDER_AFTER(sem_event(EVENT_SEM_ACQUIRE, 11), sem_event(EVENT_SEM_POST, 12),
				  sem_event(EVENT_SEM_ACQUIRE, 11)),
		     0);
}

Test(history, semaphore_taken_twice_is_no_lock)
{
	cr_assert_eq(
		HOLDER_AFTER(sem_event(EVENT_SEM_ACQUIRE, 11), sem_event(EVENT_SEM_ACQUIRE, 12)),
		0);
}

Test(history, post_of_what_was_taken_before_says_nothing)
{
	cr_assert_eq(HOLDER_AFTER(sem_event(EVENT_SEM_POST, 12), sem_event(EVENT_SEM_ACQUIRE, 11)),
		     11);
}

/* Whether tid 11 of process 10 still holds what it took when that process runs another program. */
static bool holds_after_exec(uint32_t pid)
{
	struct history *history = history_new();
	const struct event taken = sem_event(EVENT_SEM_ACQUIRE, 11);
	const struct event exec = { .type = EVENT_EXEC, .pid = pid, .tid = pid };
	struct look look = { 0 };
	struct person holder;

	history_sem(history, &taken);
	history_exec(history, &exec);

	bool holds = history_sem_holder(history, &look, 10, SEM, &holder);

	history_free(history);
	return holds;
}

Test(history, another_program_of_the_process_has_other_semaphores)
{
	cr_expect_not(holds_after_exec(10));
	cr_expect(holds_after_exec(20));
}

Test(history, lost_events_leave_no_holder)
{
	struct history *history = history_new();
	struct event event = sem_event(EVENT_SEM_ACQUIRE, 11);
	struct look look = { 0 };
	struct person holder;

	history_sem(history, &event);
	history_forget_sems(history);
	cr_assert_not(history_sem_holder(history, &look, 10, SEM, &holder));
	history_free(history);
}

Test(history, when_a_zombie_ended_is_known_if_it_was_seen_to_end)
{
	struct history *history = history_new();
	const struct event event = { .type = EVENT_EXIT, .tid = 7, .start_ns = 3, .time_ns = 50 };
	const struct look_task zombie = { .tid = 7, .start_ns = 3, .flags = TASK_DEAD };
	const struct look_task other = { .tid = 7, .start_ns = 4, .flags = TASK_DEAD };

	cr_expect_eq(history_person(history, &zombie).ended_ns, 0);
	history_exit(history, &event);
	cr_expect_eq(history_person(history, &zombie).ended_ns, 50);
	cr_expect_eq(history_person(history, &other).ended_ns, 0, "its tid was used again");
	history_free(history);
}

Test(history, dead_are_known_by_tid_with_how_they_ended)
{
	struct history *history = history_new();
	struct event event = {
		.type = EVENT_EXIT, .tid = 7, .pid = 7, .start_ns = 3, .exit_code = 9
	};
	struct person person;

	history_exit(history, &event);
	cr_assert(history_dead(history, 7, &person));
	cr_expect_eq(person.exit_code, 9);
	cr_expect_not(history_dead(history, 8, &person));
	history_free(history);
}

/* Whether the end of this task, seen as a holder, tells that something is left behind. */
static bool end_matters(uint32_t tid, uint64_t start_ns, bool another_look)
{
	struct history *history = history_new();
	const struct look_task holder = { .tid = 7, .pid = 7, .start_ns = 3 };
	const struct event event = { .type = EVENT_EXIT, .tid = tid, .start_ns = start_ns };

	history_new_look(history);
	history_holder(history, 0x1000, &holder);
	if (another_look)
		history_new_look(history);

	bool matters = history_exit(history, &event);

	history_free(history);
	return matters;
}

Test(history, end_of_a_holder_matters)
{
	cr_assert(end_matters(7, 3, false));
}

Test(history, end_of_who_holds_nothing_does_not_matter)
{
	cr_expect_not(end_matters(8, 3, false));
	cr_expect_not(end_matters(7, 4, false), "another task of that tid");
}

Test(history, end_of_who_has_let_go_does_not_matter)
{
	cr_assert_not(end_matters(7, 3, true));
}
