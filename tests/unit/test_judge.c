/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The judge over looks made by hand, with one kind of wait that says what the
 * look has in the arguments of the call: whom the task waits for, and how.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/history.h"
#include "core/judge.h"
#include "core/wait_builder.h"

#define SECOND	 1000000000ull
#define MIN_WAIT (1 * SECOND)

enum how {
	HOW_HOLDS, /* held by that process, by its owner word */
	HOW_ANY,   /* that process could post */
	HOW_TIMED, /* as HOW_HOLDS, with a timeout */
	HOW_BUSY,  /* could not be read at this look */
	HOW_IDLE,
	HOW_TABLE,  /* as HOW_HOLDS, and a table tells more of it */
	HOW_GREEDY, /* the same, and asks before it may */
	HOW_TRIES,  /* as HOW_HOLDS, again and again */
	HOW_SEM,    /* as HOW_HOLDS, if the history says that somebody holds the sem_t */
	HOW_SAME,   /* as HOW_HOLDS, of an object that is the same whoever holds it */
};

#define SEM 0x404040

/* A process of one thread, or one more of another. It runs if it waits for nobody. */
struct actor {
	uint32_t pid;
	uint32_t of;	    /* process that it is a thread of; 0: its own */
	uint32_t waits_for; /* pid; of nobody in the look: somebody dead */
	enum how how;
	uint32_t ppid;
	uint32_t runs; /* how often it has run */
	uint64_t slept_ns;
};

static bool recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context, (void)task;
	return true;
}

static uint32_t waker_node(const struct kind_context *context, uint32_t pid)
{
	const struct process *process = look_process(context->look, pid);

	return process ? graph_process(context->graph, process)
		       : graph_dead(context->graph, pid, 0);
}

static enum cost resolve(const struct kind_context *context, const struct look_task *task,
			 enum cost budget, struct wait_builder *b)
{
	enum how how = task->args[1];

	struct answer answer;

	if (how == HOW_TRIES)
		wait_retry(b);
	wait_object(b, 1, how == HOW_SAME ? 0 : task->args[0], 0);
	if (how == HOW_TIMED)
		wait_open(b, OPEN_TIMED);
	if (how == HOW_BUSY)
		wait_open(b, OPEN_BUSY);
	if (how == HOW_SEM && !history_sem_holder(context->history, context->look, task->pid, SEM,
						  &(struct person){ 0 }))
		wait_open(b, OPEN_BUSY);
	b->wait->idle = how == HOW_IDLE;
	if (how == HOW_IDLE)
		return COST_DONE;
	wait_edge(b, waker_node(context, task->args[0]),
		  how == HOW_ANY ? RELATION_MAY_POST : RELATION_HOLDS,
		  how == HOW_ANY ? EDGE_CAN_END : EDGE_CAN_END | EDGE_HOLDER);
	wait_saw_history(b, "as the test has it", "%lu", (unsigned long)task->args[0]);
	if (how == HOW_TABLE && budget < COST_TABLE)
		return COST_TABLE;
	if (how == HOW_TABLE || how == HOW_GREEDY)
		probe_holders(context->probe, 1, task->args[0], &answer);
	return COST_DONE;
}

static void describe(const struct kind_context *context, const struct look_task *task, char *ret,
		     size_t size)
{
	(void)context, (void)task;
	if (size)
		ret[0] = '\0';
}

static const struct kind kind_fake = {
	.kind = WAIT_MUTEX,
	.recognise = recognise,
	.resolve = resolve,
	.describe = describe,
};
static const struct kind *const kinds[] = { &kind_fake };

static void ask_nobody(void *context, const struct question *question, struct answer *ret)
{
	(void)context, (void)question;
	*ret = (struct answer){ .error = -ENODATA };
}

static const struct probe probe_none = { .ask = ask_nobody };

/* A judge and what it found at the last look. */
struct court {
	struct judge *judge;
	struct look look;
	struct findings findings;
};

static struct court court_of(const uint32_t *scope, size_t scope_count)
{
	struct judge_options options = {
		.min_wait_ns = MIN_WAIT,
		.kinds = { .kinds = kinds, .count = 1 },
		.scope = scope,
		.scope_count = scope_count,
		.want_chains = true,
	};
	struct court court = { .judge = judge_new(&options) };

	cr_assert(court.judge);
	return court;
}

static void court_close(struct court *court)
{
	judge_free(court->judge);
	look_deinit(&court->look);
}

static void court_look(struct court *court, uint64_t now_ns, const struct actor *actors,
		       uint32_t count)
{
	struct look_task *tasks = calloc(count, sizeof(*tasks));
	struct look look;

	cr_assert(tasks);
	for (uint32_t i = 0; i < count; i++) {
		const struct actor *actor = &actors[i];

		tasks[i] = (struct look_task){
			.pid = actor->of ? actor->of : actor->pid,
			.tid = actor->pid,
			.ppid = actor->ppid,
			.start_ns = actor->pid,
			.switches = actor->runs,
			.slept_ns = actor->slept_ns,
			.flags = actor->waits_for ? TASK_SLEEPING : 0,
			.args = { actor->waits_for, actor->how },
		};
	}
	cr_assert_eq(look_init(&look, tasks, count), 0);
	look.start_ns = now_ns;
	look.boot_id = 42;
	cr_assert_eq(judge_look(court->judge, &look, &probe_none, &court->findings), 0);
	/* the last look had to live until now */
	look_deinit(&court->look);
	court->look = look;
}

#define COUNT(actors) (sizeof(actors) / sizeof((actors)[0]))
#define LOOK(court, now_ns, ...)                                         \
	court_look(court, now_ns, (const struct actor[]){ __VA_ARGS__ }, \
		   COUNT(((const struct actor[]){ __VA_ARGS__ })))

/* Two that wait for each other, and one who runs. */
/* clang-format off */
#define RING_OF_TWO                       \
	{ .pid = 10, .waits_for = 20 },   \
	{ .pid = 20, .waits_for = 10 },   \
	{ .pid = 30 }
/* clang-format on */

static uint64_t id_found(const struct court *court)
{
	cr_assert_eq(court->findings.found_count, 1);
	return court->findings.found[0]->id;
}

Test(judge, one_look_proves_nothing)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, RING_OF_TWO);
	cr_expect_eq(c.findings.found_count, 0);
	cr_expect_eq(c.findings.candidates, 2);
	cr_expect_eq(c.findings.ripe_ns, 0);
	court_close(&c);
}

Test(judge, who_tries_again_and_again_is_dated_by_the_object)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 20 },
	     { .pid = 20, .waits_for = 10, .how = HOW_TRIES, .runs = 1, .slept_ns = 10 * SECOND });
	cr_expect_eq(c.findings.candidates, 2);
	cr_expect_eq(c.findings.ripe_ns, 11 * SECOND);
	LOOK(&c, 11 * SECOND, { .pid = 10, .waits_for = 20 },
	     { .pid = 20, .waits_for = 10, .how = HOW_TRIES, .runs = 9, .slept_ns = 11 * SECOND });
	cr_assert_eq(c.findings.found_count, 1);
	cr_expect_eq(c.findings.found[0]->verdict, VERDICT_CYCLE);
	cr_expect_eq(c.findings.found[0]->causes[1].since_ns, 10 * SECOND);

	/* and it stands while it tries */
	LOOK(&c, 12 * SECOND, { .pid = 10, .waits_for = 20 },
	     { .pid = 20, .waits_for = 10, .how = HOW_TRIES, .runs = 99, .slept_ns = 12 * SECOND });
	cr_expect_eq(c.findings.resolved_count, 0);
	cr_expect_eq(c.findings.active_count, 1);
	court_close(&c);
}

Test(judge, who_tries_is_known_again_after_a_look_that_saw_it_awake)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 20 },
	     { .pid = 20, .waits_for = 10, .how = HOW_TRIES, .runs = 1, .slept_ns = 10 * SECOND });
	LOOK(&c, 11 * SECOND, { .pid = 10, .waits_for = 20 }, { .pid = 20, .runs = 9 });
	cr_expect_eq(c.findings.candidates, 0);
	cr_expect_eq(c.findings.tries, 1);
	for (uint64_t now = 12; now <= 13; now++) {
		cr_expect_eq(c.findings.found_count, 0);
		LOOK(&c, now * SECOND, { .pid = 10, .waits_for = 20 },
		     { .pid = 20,
		       .waits_for = 10,
		       .how = HOW_TRIES,
		       .runs = 10 * now,
		       .slept_ns = now * SECOND });
		cr_expect_eq(c.findings.tries, 0);
		cr_expect_eq(c.findings.fresh, now == 12, "the holder was not stuck at 11 s");
	}
	cr_expect_eq(c.findings.found_count, 1);
	court_close(&c);
}

Test(judge, what_carries_a_try_is_that_its_holder_did_not_run)
{
	struct court c = court_of(NULL, 0);

	for (uint64_t now = 10; now < 14; now++) {
		LOOK(&c, now * SECOND, { .pid = 10, .waits_for = 20, .runs = now },
		     { .pid = 20, .waits_for = 10, .how = HOW_TRIES, .slept_ns = now * SECOND });
		cr_expect_eq(c.findings.found_count, 0);
	}
	court_close(&c);
}

Test(judge, somebody_awake_beside_who_waits_makes_a_process_restless)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 11 }, { .pid = 11, .of = 10 });
	cr_expect(c.findings.restless);
	LOOK(&c, 11 * SECOND, { .pid = 10, .waits_for = 20 }, { .pid = 20 });
	cr_expect_not(c.findings.restless, "another process is");
	court_close(&c);
}

Test(judge, suspects_are_asked_about_at_a_price)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 20, .how = HOW_TABLE },
	     { .pid = 20, .waits_for = 10, .how = HOW_TABLE });
	cr_expect_eq(judge_stats(c.judge)->asked[COST_TABLE], 2);
	cr_expect_eq(judge_stats(c.judge)->cleared_asked, 0);
	court_close(&c);
}

Test(judge, nothing_dear_is_asked_about_who_was_cleared)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 20, .how = HOW_TABLE },
	     { .pid = 20, .waits_for = 30, .how = HOW_TABLE }, { .pid = 30 });
	cr_expect_eq(judge_stats(c.judge)->asked[COST_TABLE], 0);
	cr_expect_eq(judge_stats(c.judge)->cleared_asked, 0);
	court_close(&c);
}

Test(judge, dear_question_before_its_time_is_counted)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 30, .how = HOW_GREEDY }, { .pid = 30 });
	cr_expect_eq(judge_stats(c.judge)->cleared_asked, 1);
	court_close(&c);
}

Test(judge, the_second_look_finds_it)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, RING_OF_TWO);
	LOOK(&c, 11 * SECOND, RING_OF_TWO);
	cr_assert_eq(c.findings.found_count, 1);
	cr_expect_eq(c.findings.active_count, 1);

	const struct deadlock *found = c.findings.found[0];

	cr_expect_eq(found->verdict, VERDICT_CYCLE);
	cr_expect_eq(found->certainty, CERTAINTY_PROVEN);
	cr_assert_eq(found->cause_count, 2);
	cr_expect_eq(found->causes[0].task.tid, 10);
	cr_expect_eq(found->causes[1].task.tid, 20);
	cr_assert_eq(found->causes[0].waits_for_count, 1);
	cr_expect_eq(found->causes[0].waits_for[0].pid, 20);
	cr_expect(found->causes[0].waits_for[0].is_cause);
	cr_expect_eq(found->causes[0].waits_for[0].evidence.count, 1);
	court_close(&c);
}

Test(judge, what_is_not_stuck_is_never_found)
{
	struct court c = court_of(NULL, 0);

	for (uint64_t now = 10; now < 14; now++) {
		LOOK(&c, now * SECOND, { .pid = 10, .waits_for = 20 },
		     { .pid = 20, .waits_for = 30 }, { .pid = 30 });
		cr_expect_eq(c.findings.found_count, 0);
		cr_expect_eq(c.findings.candidates, 0);
	}
	court_close(&c);
}

Test(judge, who_ran_between_the_looks_is_not_found)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, RING_OF_TWO);
	LOOK(&c, 11 * SECOND, { .pid = 10, .waits_for = 20, .runs = 1 },
	     { .pid = 20, .waits_for = 10 });
	cr_expect_eq(c.findings.found_count, 0);
	cr_expect_eq(c.findings.candidates, 2);
	LOOK(&c, 12 * SECOND, { .pid = 10, .waits_for = 20, .runs = 1 },
	     { .pid = 20, .waits_for = 10 });
	cr_expect_eq(c.findings.found_count, 1, "from then on it slept");
	court_close(&c);
}

Test(judge, who_waits_for_another_one_now_is_not_found)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 20 }, { .pid = 20, .waits_for = 10 });
	LOOK(&c, 11 * SECOND, { .pid = 10, .waits_for = 10 }, { .pid = 20, .waits_for = 10 });
	cr_expect_eq(c.findings.found_count, 0);
	court_close(&c);
}

Test(judge, who_waits_too_briefly_is_waived_and_ripe_later)
{
	struct court c = court_of(NULL, 0);
	uint64_t slept = 10 * SECOND - MIN_WAIT / 4;

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 20 },
	     { .pid = 20, .waits_for = 10, .slept_ns = slept });
	cr_expect_eq(c.findings.candidates, 2);
	cr_expect_eq(c.findings.ripe_ns, slept + MIN_WAIT);
	LOOK(&c, slept + MIN_WAIT - 1, { .pid = 10, .waits_for = 20 },
	     { .pid = 20, .waits_for = 10, .slept_ns = slept });
	cr_expect_eq(c.findings.found_count, 0, "it is still too young");
	court_close(&c);
}

Test(judge, a_second_look_when_all_are_ripe_finds_it)
{
	struct court c = court_of(NULL, 0);
	uint64_t slept = 10 * SECOND - MIN_WAIT / 4;

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 20 },
	     { .pid = 20, .waits_for = 10, .slept_ns = slept });
	LOOK(&c, c.findings.ripe_ns, { .pid = 10, .waits_for = 20 },
	     { .pid = 20, .waits_for = 10, .slept_ns = slept });
	cr_expect_eq(c.findings.found_count, 1);
	court_close(&c);
}

Test(judge, a_new_deadlock_is_found_within_min_wait_and_two_intervals)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 9 * SECOND, { .pid = 10 }, { .pid = 20 });
	/* it begins right after a look, and looks follow every second */
	for (uint64_t now = 10; now <= 12; now++) {
		LOOK(&c, now * SECOND, { .pid = 10, .waits_for = 20, .slept_ns = 9 * SECOND + 1 },
		     { .pid = 20, .waits_for = 10, .slept_ns = 9 * SECOND + 1 });
		cr_expect_eq(c.findings.found_count, now == 12);
	}
	court_close(&c);
}

Test(judge, what_stands_is_found_once)
{
	struct court c = court_of(NULL, 0);

	for (uint64_t now = 10; now < 15; now++) {
		LOOK(&c, now * SECOND, RING_OF_TWO);
		cr_expect_eq(c.findings.found_count, now == 11);
		cr_expect_eq(c.findings.active_count, now >= 11);
		cr_expect_eq(c.findings.resolved_count, 0);
	}
	cr_expect_eq(judge_stats(c.judge)->detected[VERDICT_CYCLE], 1);
	cr_expect_eq(judge_stats(c.judge)->deadlocked, 2);
	court_close(&c);
}

Test(judge, another_judge_gives_the_same_id)
{
	struct court a = court_of(NULL, 0), b = court_of(NULL, 0);

	LOOK(&a, 10 * SECOND, RING_OF_TWO);
	LOOK(&a, 11 * SECOND, RING_OF_TWO);
	LOOK(&b, 500 * SECOND, { .pid = 5 }, RING_OF_TWO, { .pid = 40, .waits_for = 10 });
	LOOK(&b, 510 * SECOND, { .pid = 5 }, RING_OF_TWO, { .pid = 40, .waits_for = 10 });
	cr_expect_eq(id_found(&a), id_found(&b));
	court_close(&a);
	court_close(&b);
}

Test(judge, another_ring_has_another_id)
{
	struct court a = court_of(NULL, 0), b = court_of(NULL, 0);

	LOOK(&a, 10 * SECOND, RING_OF_TWO);
	LOOK(&a, 11 * SECOND, RING_OF_TWO);
	LOOK(&b, 10 * SECOND, { .pid = 10, .waits_for = 30 }, { .pid = 30, .waits_for = 10 });
	LOOK(&b, 11 * SECOND, { .pid = 10, .waits_for = 30 }, { .pid = 30, .waits_for = 10 });
	cr_expect_neq(id_found(&a), id_found(&b));
	court_close(&a);
	court_close(&b);
}

Test(judge, a_new_victim_does_not_make_it_new)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, RING_OF_TWO);
	LOOK(&c, 11 * SECOND, RING_OF_TWO);
	LOOK(&c, 12 * SECOND, RING_OF_TWO, { .pid = 40, .waits_for = 10 });
	LOOK(&c, 13 * SECOND, RING_OF_TWO, { .pid = 40, .waits_for = 10 });
	cr_expect_eq(c.findings.found_count, 0);
	cr_expect_eq(c.findings.active_count, 1);
	court_close(&c);
}

Test(judge, a_cause_that_ran_resolves_it)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, RING_OF_TWO);
	LOOK(&c, 11 * SECOND, RING_OF_TWO);

	uint64_t id = id_found(&c);

	LOOK(&c, 12 * SECOND, { .pid = 10, .waits_for = 20 }, { .pid = 20, .runs = 1 });
	cr_assert_eq(c.findings.resolved_count, 1);
	cr_expect_eq(c.findings.resolved[0]->id, id);
	cr_expect_eq(c.findings.active_count, 0);
	LOOK(&c, 13 * SECOND, { .pid = 10, .waits_for = 20 }, { .pid = 20, .runs = 1 });
	cr_expect_eq(c.findings.resolved_count, 0, "it is said once");
	court_close(&c);
}

Test(judge, a_cause_that_is_gone_resolves_it)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 10 }, { .pid = 30 });
	LOOK(&c, 11 * SECOND, { .pid = 10, .waits_for = 10 }, { .pid = 30 });
	cr_assert_eq(c.findings.found_count, 1);
	LOOK(&c, 12 * SECOND, { .pid = 30 });
	cr_expect_eq(c.findings.resolved_count, 1);
	court_close(&c);
}

Test(judge, a_victim_that_ran_resolves_nothing)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, RING_OF_TWO, { .pid = 40, .waits_for = 10 });
	LOOK(&c, 11 * SECOND, RING_OF_TWO, { .pid = 40, .waits_for = 10 });
	cr_assert_eq(c.findings.found_count, 1);
	cr_expect_eq(c.findings.found[0]->victim_count, 1);
	LOOK(&c, 12 * SECOND, RING_OF_TWO, { .pid = 40, .runs = 1 });
	cr_expect_eq(c.findings.resolved_count, 0);
	court_close(&c);
}

Test(judge, what_could_not_be_read_once_still_stands)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, RING_OF_TWO);
	LOOK(&c, 11 * SECOND, RING_OF_TWO);
	LOOK(&c, 12 * SECOND, { .pid = 10, .waits_for = 20, .how = HOW_BUSY },
	     { .pid = 20, .waits_for = 10 });
	cr_expect_eq(c.findings.resolved_count, 0);
	cr_expect_eq(c.findings.active_count, 1);
	for (uint64_t now = 13; now < 16; now++) {
		LOOK(&c, now * SECOND, RING_OF_TWO);
		cr_expect_eq(c.findings.found_count, 0, "it is what was found before");
		cr_expect_eq(c.findings.active_count, 1);
	}
	court_close(&c);
}

Test(judge, what_could_not_be_read_is_not_found)
{
	struct court c = court_of(NULL, 0);

	for (uint64_t now = 10; now < 14; now++) {
		LOOK(&c, now * SECOND, { .pid = 10, .waits_for = 20, .how = HOW_BUSY },
		     { .pid = 20, .waits_for = 10 });
		cr_expect_eq(c.findings.found_count, 0);
	}
	cr_expect_eq(judge_stats(c.judge)->open[OPEN_BUSY], 1);
	cr_expect_eq(judge_stats(c.judge)->scope_ignorance, 1);
	court_close(&c);
}

Test(judge, another_waiter_for_the_dead_makes_it_found_again)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 99 }, { .pid = 20 });
	LOOK(&c, 11 * SECOND, { .pid = 10, .waits_for = 99 }, { .pid = 20 });

	uint64_t id = id_found(&c);

	LOOK(&c, 12 * SECOND, { .pid = 10, .waits_for = 99 }, { .pid = 20, .waits_for = 99 });
	cr_expect_eq(c.findings.found_count, 0, "the other was seen once");
	LOOK(&c, 13 * SECOND, { .pid = 10, .waits_for = 99 }, { .pid = 20, .waits_for = 99 });
	cr_expect_eq(id_found(&c), id);
	cr_expect_eq(c.findings.found[0]->cause_count, 2);
	cr_expect_eq(c.findings.active_count, 1);
	cr_expect_eq(judge_stats(c.judge)->detected[VERDICT_DEAD_OWNER], 1);
	court_close(&c);
}

Test(judge, a_waiter_for_the_dead_that_is_killed_leaves_the_others_found_again)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 99 }, { .pid = 20, .waits_for = 99 });
	LOOK(&c, 11 * SECOND, { .pid = 10, .waits_for = 99 }, { .pid = 20, .waits_for = 99 });

	uint64_t id = id_found(&c);

	LOOK(&c, 12 * SECOND, { .pid = 20, .waits_for = 99 });
	cr_expect_eq(c.findings.resolved_count, 0);
	cr_expect_eq(id_found(&c), id);
	cr_expect_eq(judge_stats(c.judge)->detected[VERDICT_DEAD_OWNER], 1);
	LOOK(&c, 13 * SECOND, { .pid = 20, .runs = 1 });
	cr_expect_eq(c.findings.resolved_count, 1);
	court_close(&c);
}

Test(judge, who_died_is_named_by_history)
{
	struct court c = court_of(NULL, 0);
	struct event event = { .type = EVENT_EXIT,
			       .start_ns = 5,
			       .tid = 99,
			       .pid = 99,
			       .exit_code = 9,
			       .name = "worker" };

	judge_event(c.judge, &event);
	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 99 });
	LOOK(&c, 11 * SECOND, { .pid = 10, .waits_for = 99 });
	cr_assert_eq(c.findings.found_count, 1);
	cr_expect_eq(c.findings.found[0]->dead.tid, 99);
	cr_expect(c.findings.found[0]->dead.exit_known);
	cr_expect_eq(c.findings.found[0]->dead.exit_code, 9);
	cr_expect_str_eq(c.findings.found[0]->dead.name, "worker");
	court_close(&c);
}

Test(judge, who_died_is_not_named_without_history)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 99 });
	LOOK(&c, 11 * SECOND, { .pid = 10, .waits_for = 99 });
	cr_assert_eq(c.findings.found_count, 1);
	cr_expect_eq(c.findings.found[0]->dead.tid, 0);
	cr_expect_not(c.findings.found[0]->dead.exit_known);
	court_close(&c);
}

/* Who is said to have died where one who waits since 5 s sees tid 99 gone; 0: not known. */
static uint32_t said_dead(const struct event *event, bool lost)
{
	struct court c = court_of(NULL, 0);
	uint32_t tid;

	judge_event(c.judge, event);
	if (lost)
		judge_events_lost(c.judge, EVENT_EXIT);
	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 99, .slept_ns = 5 * SECOND });
	LOOK(&c, 11 * SECOND, { .pid = 10, .waits_for = 99, .slept_ns = 5 * SECOND });
	cr_assert_eq(c.findings.found_count, 1);
	tid = c.findings.found[0]->dead.tid;
	court_close(&c);
	return tid;
}

#define SAID_DEAD(...) said_dead(&(const struct event){ .type = EVENT_EXIT, __VA_ARGS__ }, false)

Test(judge, who_bore_the_tid_later_is_not_taken_for_who_died)
{
	const uint64_t before = 4 * SECOND, after = 6 * SECOND;

	cr_expect_eq(SAID_DEAD(.tid = 99, .pid = 10, .start_ns = 20, .object = before), 99);
	cr_expect_eq(SAID_DEAD(.tid = 99, .pid = 10, .start_ns = 20, .object = after), 0);
	cr_expect_eq(SAID_DEAD(.tid = 99, .pid = 5, .start_ns = 5, .object = before), 99,
		     "a thread of the process that this one was forked from");
	cr_expect_eq(SAID_DEAD(.tid = 99, .pid = 30, .start_ns = 20, .object = before), 0,
		     "of another process, which has nothing to do with its memory");
}

Test(judge, the_last_holder_is_not_taken_for_who_died_if_the_lock_names_another)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 20, .how = HOW_SAME }, { .pid = 20 });
	judge_event(c.judge,
		    &(struct event){ .type = EVENT_EXIT, .tid = 20, .pid = 20, .start_ns = 20 });
	for (uint64_t now = 11; now <= 12; now++)
		LOOK(&c, now * SECOND, { .pid = 10, .waits_for = 99, .how = HOW_SAME });
	cr_assert_eq(c.findings.found_count, 1);
	cr_expect_eq(c.findings.found[0]->dead.tid, 0);
	court_close(&c);
}

Test(judge, who_died_is_not_known_where_ends_were_lost)
{
	const struct event event = { .type = EVENT_EXIT, .tid = 99, .pid = 10, .start_ns = 20 };

	cr_expect_eq(said_dead(&event, false), 99);
	cr_expect_eq(said_dead(&event, true), 0);
}

/* Whether process 10, that took a semaphore, is taken to hold it after that event. */
static bool holds_after(uint32_t type)
{
	struct court c = court_of(NULL, 0);

	judge_event(c.judge, &(struct event){ .type = EVENT_SEM_ACQUIRE,
					      .pid = 10,
					      .tid = 10,
					      .start_ns = 10,
					      .object = SEM });
	judge_event(c.judge, &(struct event){ .type = type, .pid = 10, .tid = 10, .start_ns = 10 });
	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 10, .how = HOW_SEM });

	bool holds = c.findings.candidates;

	court_close(&c);
	return holds;
}

Test(judge, another_program_has_other_semaphores)
{
	cr_expect(holds_after(EVENT_FORK));
	cr_expect_not(holds_after(EVENT_EXEC));
}

Test(judge, says_when_those_will_be_old_enough_who_were_too_young_to_be_asked_about)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 20, .how = HOW_BUSY });
	cr_expect_eq(c.findings.young_ns, 0);
	LOOK(&c, 10 * SECOND + 1, { .pid = 10, .waits_for = 20, .slept_ns = 10 * SECOND });
	cr_expect_eq(c.findings.candidates, 0);
	cr_expect_eq(c.findings.young_ns, 11 * SECOND);
	LOOK(&c, 10 * SECOND + 2,
	     { .pid = 10, .waits_for = 20, .how = HOW_TIMED, .slept_ns = 10 * SECOND });
	cr_expect_eq(c.findings.young_ns, 0, "nothing is to be asked about that one");
	court_close(&c);
}

Test(judge, who_waits_on_purpose_is_no_candidate)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 1, .how = HOW_IDLE });
	cr_expect_eq(c.findings.candidates, 0);
	LOOK(&c, 11 * SECOND, { .pid = 10, .waits_for = 1, .how = HOW_IDLE });
	cr_expect_eq(c.findings.found_count, 0);
	court_close(&c);
}

static const uint32_t named[] = { 10 };

Test(judge, a_deadlock_out_of_scope_is_not_found)
{
	struct court c = court_of(named, 1);

	LOOK(&c, 10 * SECOND, { .pid = 10 }, { .pid = 20, .waits_for = 30 },
	     { .pid = 30, .waits_for = 20 });
	LOOK(&c, 11 * SECOND, { .pid = 10 }, { .pid = 20, .waits_for = 30 },
	     { .pid = 30, .waits_for = 20 });
	cr_expect_eq(c.findings.found_count, 0);
	cr_expect_eq(c.findings.candidates, 0);
	court_close(&c);
}

Test(judge, a_deadlock_with_a_victim_in_scope_is_found)
{
	struct court c = court_of(named, 1);

	for (uint64_t now = 10; now < 12; now++)
		LOOK(&c, now * SECOND, { .pid = 10, .waits_for = 20 },
		     { .pid = 20, .waits_for = 30 }, { .pid = 30, .waits_for = 20 });
	cr_assert_eq(c.findings.found_count, 1);
	cr_expect_eq(c.findings.found[0]->victim_count, 1);
	court_close(&c);
}

Test(judge, a_deadlock_among_descendants_is_found)
{
	struct court c = court_of(named, 1);

	for (uint64_t now = 10; now < 12; now++)
		LOOK(&c, now * SECOND, { .pid = 10 }, { .pid = 20, .ppid = 10 },
		     { .pid = 30, .ppid = 20, .waits_for = 30 });
	cr_expect_eq(c.findings.found_count, 1);
	court_close(&c);
}

Test(judge, a_descendant_stays_in_scope_when_its_parents_are_gone)
{
	struct court c = court_of(named, 1);

	LOOK(&c, 10 * SECOND, { .pid = 1 }, { .pid = 10, .ppid = 1 }, { .pid = 20, .ppid = 10 });
	LOOK(&c, 11 * SECOND, { .pid = 1 }, { .pid = 20, .ppid = 1, .waits_for = 20 });
	cr_expect_not(judge_scope_alive(c.judge));
	LOOK(&c, 12 * SECOND, { .pid = 1 }, { .pid = 20, .ppid = 1, .waits_for = 20 });
	cr_expect_eq(c.findings.found_count, 1);
	court_close(&c);
}

Test(judge, who_was_never_a_descendant_is_not_in_scope)
{
	struct court c = court_of(named, 1);

	LOOK(&c, 10 * SECOND, { .pid = 1 }, { .pid = 10, .ppid = 1 }, { .pid = 20, .ppid = 1 });
	for (uint64_t now = 11; now < 14; now++) {
		LOOK(&c, now * SECOND, { .pid = 1 }, { .pid = 20, .ppid = 1, .waits_for = 20 });
		cr_expect_eq(c.findings.found_count, 0);
	}
	court_close(&c);
}

Test(judge, the_scope_is_alive_while_a_named_process_is)
{
	struct court c = court_of(named, 1);

	cr_expect(judge_scope_alive(c.judge), "before the first look");
	LOOK(&c, 10 * SECOND, { .pid = 10 });
	cr_expect(judge_scope_alive(c.judge));
	LOOK(&c, 11 * SECOND, { .pid = 20 });
	cr_expect_not(judge_scope_alive(c.judge));
	court_close(&c);
}

Test(judge, the_chain_of_a_blocked_task_ends_in_who_runs)
{
	struct court c = court_of(named, 1);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 20 }, { .pid = 20, .waits_for = 30 },
	     { .pid = 30 });
	cr_assert_eq(c.findings.chain_count, 1);

	const struct chain *chain = &c.findings.chains[0];

	cr_assert_eq(chain->count, 3);
	cr_expect_eq(chain->links[0].task.tid, 10);
	cr_expect_eq(chain->links[0].relation, RELATION_HOLDS);
	cr_expect_eq(chain->links[1].task.tid, 20);
	cr_expect_eq(chain->links[2].task.tid, 30);
	cr_expect_eq(chain->links[2].kind, WAIT_NONE);
	court_close(&c);
}

Test(judge, the_chain_of_a_blocked_task_ends_in_an_open_wait)
{
	struct court c = court_of(named, 1);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 20 },
	     { .pid = 20, .waits_for = 30, .how = HOW_TIMED }, { .pid = 30 });
	cr_assert_eq(c.findings.chain_count, 1);
	cr_assert_eq(c.findings.chains[0].count, 2);
	cr_expect_eq(c.findings.chains[0].links[1].open, OPEN_BIT(OPEN_TIMED));
	court_close(&c);
}

Test(judge, a_chain_is_given_again_only_if_it_changed)
{
	struct court c = court_of(named, 1);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 20 }, { .pid = 20, .waits_for = 30 },
	     { .pid = 30 });
	LOOK(&c, 11 * SECOND, { .pid = 10, .waits_for = 20 }, { .pid = 20, .waits_for = 30 },
	     { .pid = 30 });
	cr_expect_eq(c.findings.chain_count, 0);
	LOOK(&c, 12 * SECOND, { .pid = 10, .waits_for = 20 }, { .pid = 20 }, { .pid = 30 });
	cr_expect_eq(c.findings.chain_count, 1);
	court_close(&c);
}

Test(judge, only_named_processes_have_chains)
{
	struct court c = court_of(named, 1);

	LOOK(&c, 10 * SECOND, { .pid = 10 }, { .pid = 20, .ppid = 10, .waits_for = 30 },
	     { .pid = 30 });
	cr_expect_eq(c.findings.chain_count, 0);
	court_close(&c);
}

Test(judge, who_is_in_a_deadlock_has_no_chain)
{
	struct court c = court_of(named, 1);

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 20 }, { .pid = 20, .waits_for = 10 });
	LOOK(&c, 11 * SECOND, { .pid = 10, .waits_for = 20 }, { .pid = 20, .waits_for = 10 });
	cr_assert_eq(c.findings.found_count, 1);
	cr_expect_eq(c.findings.chain_count, 0);
	court_close(&c);
}

/* One that waits for itself, and so many that wait for it; all named. */
static void crowd_look(struct court *court, uint64_t now_ns, uint32_t *pids, uint32_t count)
{
	struct actor *actors = calloc(count, sizeof(*actors));

	cr_assert(actors);
	for (uint32_t i = 0; i < count; i++)
		actors[i] = (struct actor){ .pid = pids[i], .waits_for = pids[0] };
	court_look(court, now_ns, actors, count);
	free(actors);
}

Test(judge, victims_that_are_not_listed_have_no_chain_either)
{
	uint32_t pids[VICTIMS_LISTED + 20];

	for (uint32_t i = 0; i < COUNT(pids); i++)
		pids[i] = 100 + i;

	struct court c = court_of(pids, COUNT(pids));

	crowd_look(&c, 10 * SECOND, pids, COUNT(pids));
	crowd_look(&c, 11 * SECOND, pids, COUNT(pids));
	cr_assert_eq(c.findings.found_count, 1);
	cr_expect_eq(c.findings.found[0]->victims_listed, VICTIMS_LISTED);
	cr_expect_eq(c.findings.found[0]->victim_count, COUNT(pids) - 1);
	cr_expect_eq(c.findings.chain_count, 0);
	court_close(&c);
}

Test(judge, two_who_wait_alike_for_nobody_left_are_each_found)
{
	struct court c = court_of(NULL, 0);

	/* two pools, each of two that could only post to each other */
	for (uint64_t now = 10; now < 12; now++)
		LOOK(&c, now * SECOND, { .pid = 10, .waits_for = 20, .how = HOW_ANY },
		     { .pid = 20, .waits_for = 10, .how = HOW_ANY },
		     { .pid = 30, .waits_for = 40, .how = HOW_ANY },
		     { .pid = 40, .waits_for = 30, .how = HOW_ANY });
	cr_assert_eq(c.findings.found_count, 2);
	cr_expect_eq(c.findings.found[0]->verdict, VERDICT_NO_WAKER);
	cr_expect_neq(c.findings.found[0]->id, c.findings.found[1]->id);
	court_close(&c);
}

Test(judge, figures_are_those_of_the_last_look)
{
	struct court c = court_of(NULL, 0);

	LOOK(&c, 10 * SECOND,
	     { .pid = 10, .waits_for = 20, .how = HOW_TIMED, .slept_ns = 4 * SECOND },
	     { .pid = 20 });
	cr_expect_eq(judge_stats(c.judge)->looks, 1);
	cr_expect_eq(judge_stats(c.judge)->tasks, 2);
	cr_expect_eq(judge_stats(c.judge)->blocked, 1);
	cr_expect_eq(judge_stats(c.judge)->open[OPEN_TIMED], 1);
	cr_expect_eq(judge_stats(c.judge)->longest_ns[WAIT_MUTEX], 6 * SECOND);
	cr_expect_eq(judge_stats(c.judge)->scope_ignorance, 0);
	LOOK(&c, 11 * SECOND, { .pid = 10, .runs = 1 });
	cr_expect_eq(judge_stats(c.judge)->looks, 2);
	cr_expect_eq(judge_stats(c.judge)->tasks, 1);
	cr_expect_eq(judge_stats(c.judge)->blocked, 0);
	cr_expect_eq(judge_stats(c.judge)->open[OPEN_TIMED], 0);
	cr_expect_eq(judge_stats(c.judge)->longest_ns[WAIT_MUTEX], 0);
	court_close(&c);
}

Test(judge, a_look_at_nothing_is_fine)
{
	struct court c = court_of(NULL, 0);

	court_look(&c, 10 * SECOND, NULL, 0);
	court_look(&c, 11 * SECOND, NULL, 0);
	cr_expect_eq(c.findings.active_count, 0);
	court_close(&c);
}

#define STALLED_AFTER (600 * SECOND)

static struct court court_of_stalled(void)
{
	struct judge_options options = {
		.min_wait_ns = MIN_WAIT,
		.kinds = { .kinds = kinds, .count = 1 },
		.stalled_after_ns = STALLED_AFTER,
	};
	struct court court = { .judge = judge_new(&options) };

	cr_assert(court.judge);
	return court;
}

/* Somebody waits for what 20 holds, who waits for what its thread 30 could post, who runs. */
/* clang-format off */
#define KEPT_OPEN_BY_30                                  \
	{ .pid = 10, .waits_for = 20 },                  \
	{ .pid = 20, .waits_for = 20, .how = HOW_ANY },  \
	{ .pid = 30, .of = 20 }
/* clang-format on */

Test(stalled, is_what_a_bystander_keeps_open_for_long)
{
	struct court c = court_of_stalled();

	LOOK(&c, 10 * SECOND, KEPT_OPEN_BY_30);
	cr_expect_eq(c.findings.chain_count, 0);
	LOOK(&c, 9 * SECOND + STALLED_AFTER, KEPT_OPEN_BY_30);
	cr_expect_eq(c.findings.chain_count, 0, "not yet");
	LOOK(&c, 10 * SECOND + STALLED_AFTER, KEPT_OPEN_BY_30);
	cr_assert_eq(c.findings.chain_count, 1);

	const struct chain *chain = &c.findings.chains[0];

	cr_expect_eq(chain->bystanders, 1);
	cr_assert_eq(chain->count, 3);
	cr_expect_eq(chain->links[0].task.tid, 10);
	cr_expect_eq(chain->links[2].task.tid, 30);
	cr_expect_eq(c.findings.found_count, 0);
	cr_expect_eq(c.findings.active_count, 0);
	LOOK(&c, 11 * SECOND + STALLED_AFTER, KEPT_OPEN_BY_30);
	cr_expect_eq(c.findings.chain_count, 0, "told once");
	court_close(&c);
}

Test(stalled, is_not_what_has_not_waited_long)
{
	struct court c = court_of_stalled();

	LOOK(&c, 10 * SECOND, KEPT_OPEN_BY_30);
	LOOK(&c, 20 * SECOND + STALLED_AFTER, { .pid = 10, .waits_for = 20 },
	     { .pid = 20, .waits_for = 30, .how = HOW_ANY, .slept_ns = 30 * SECOND },
	     { .pid = 30 });
	cr_expect_eq(c.findings.chain_count, 0);
	court_close(&c);
}

Test(stalled, is_not_what_waits_for_a_holder)
{
	struct court c = court_of_stalled();

	for (int i = 0; i < 2; i++)
		LOOK(&c, 10 * SECOND + i * STALLED_AFTER, { .pid = 10, .waits_for = 20 },
		     { .pid = 20, .waits_for = 30 }, { .pid = 30 });
	cr_expect_eq(c.findings.chain_count, 0);
	court_close(&c);
}

Test(stalled, is_not_an_idle_pool_behind_which_nobody_is_stuck)
{
	struct court c = court_of_stalled();

	for (int i = 0; i < 2; i++)
		LOOK(&c, 10 * SECOND + i * STALLED_AFTER,
		     { .pid = 20, .waits_for = 20, .how = HOW_ANY }, { .pid = 30, .of = 20 });
	cr_expect_eq(c.findings.chain_count, 0);
	court_close(&c);
}

Test(stalled, is_not_what_somebody_may_end_who_was_seen_at_the_object)
{
	struct court c = court_of_stalled();

	LOOK(&c, 10 * SECOND, { .pid = 10, .waits_for = 20 },
	     { .pid = 20, .waits_for = 20, .how = HOW_ANY },
	     { .pid = 30, .of = 20, .waits_for = 20, .how = HOW_TIMED });
	LOOK(&c, 10 * SECOND + STALLED_AFTER, KEPT_OPEN_BY_30);
	cr_expect_eq(c.findings.chain_count, 0);
	court_close(&c);
}

Test(stalled, is_not_what_another_process_may_end)
{
	struct court c = court_of_stalled();

	for (int i = 0; i < 2; i++)
		LOOK(&c, 10 * SECOND + i * STALLED_AFTER, { .pid = 10, .waits_for = 20 },
		     { .pid = 20, .waits_for = 30, .how = HOW_ANY }, { .pid = 30 });
	cr_expect_eq(c.findings.chain_count, 0);
	court_close(&c);
}

Test(stalled, is_not_what_a_thread_may_end_that_waits_for_another_process)
{
	struct court c = court_of_stalled();

	for (int i = 0; i < 2; i++)
		LOOK(&c, 10 * SECOND + i * STALLED_AFTER, { .pid = 10, .waits_for = 20 },
		     { .pid = 20, .waits_for = 20, .how = HOW_ANY },
		     { .pid = 21, .of = 20, .waits_for = 40 }, { .pid = 30, .of = 20 },
		     { .pid = 40 });
	cr_expect_eq(c.findings.chain_count, 0);
	court_close(&c);
}

Test(stalled, is_not_what_has_a_timeout_or_could_not_be_read)
{
	struct court c = court_of_stalled();

	for (int i = 0; i < 2; i++)
		LOOK(&c, 10 * SECOND + i * STALLED_AFTER, { .pid = 10, .waits_for = 20 },
		     { .pid = 20, .waits_for = 30, .how = HOW_TIMED },
		     { .pid = 11, .waits_for = 21 },
		     { .pid = 21, .waits_for = 30, .how = HOW_BUSY }, { .pid = 30 });
	cr_expect_eq(c.findings.chain_count, 0);
	court_close(&c);
}
