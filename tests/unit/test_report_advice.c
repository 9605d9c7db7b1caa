/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/advice_line.h"
#include "sample_deadlock.h"

static void expect_advice(struct deadlock *deadlock, const char *part)
{
	char *advice = advice_line_new(deadlock);

	cr_expect(strstr(advice, part), "\"%s\" does not say \"%s\"", advice, part);
	cr_expect_null(strpbrk(advice, "{}"), "%s", advice);
	free(advice);
	deadlock_free(deadlock);
}

Test(advice, opposite_order_wants_one_order)
{
	expect_advice(sample_two_locks(), "same order everywhere");
}

Test(advice, opposite_order_names_both_locks_both_places_and_an_order)
{
	expect_advice(sample_two_places(),
		      "same order everywhere: log_lock before account_lock, as python3[100] does "
		      "in deposit at bank.py:9; python3[101] takes them the other way round in "
		      "withdraw at bank.py:21");
}

Test(advice, opposite_order_of_locks_that_look_alike_names_none)
{
	struct deadlock *deadlock = sample_two_places();

	strcpy(deadlock->causes[1].name, "account_lock");

	char *advice = advice_line_new(deadlock);

	cr_expect_str_eq(advice, "take the locks in the same order everywhere");
	free(advice);
	deadlock_free(deadlock);
}

Test(advice, self_names_the_call_in_between)
{
	struct deadlock *deadlock = sample_self(WAIT_SEMLOCK);

	sample_frame(deadlock, 0, "log", "bank.py", 9, NULL);
	sample_frame(deadlock, 0, "deposit", "bank.py", 21, NULL);
	expect_advice(deadlock,
		      "log at bank.py:9 takes lock 0x1000 a second time, called by deposit at "
		      "bank.py:21");
}

Test(advice, self_wants_a_reentrant_lock_of_its_own_library)
{
	expect_advice(sample_self(WAIT_SEMLOCK), "RLock");
	expect_advice(sample_self(WAIT_MUTEX), "PTHREAD_MUTEX_RECURSIVE");
}

Test(advice, dead_owner_wants_a_context_manager)
{
	expect_advice(sample_dead_owner(1 << 8), "with lock:");
}

Test(advice, dead_owner_is_told_in_the_words_of_the_locks_library)
{
	static const struct {
		enum wait_kind kind;
		const char *part;
	} words[] = {
		{ WAIT_PI_MUTEX, "PTHREAD_MUTEX_ROBUST" },
		{ WAIT_SEMLOCK, "with lock:" },
		{ WAIT_PYTHON_LOCK, "with lock:" },
		{ WAIT_RWLOCK, "release it on every way out" },
		{ WAIT_FLOCK, "release it on every way out" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		struct deadlock *deadlock = sample_dead_owner(1 << 8);

		sample_wait(deadlock, 0, words[i].kind, "lock 0x1000");
		expect_advice(deadlock, words[i].part);
	}
}

Test(advice, context_manager_is_no_help_against_a_kill)
{
	expect_advice(sample_dead_owner(SIGKILL), "do not kill");
}

Test(advice, dead_owner_is_named_with_the_signal_and_the_time)
{
	struct deadlock *deadlock = sample_dead_owner(SIGKILL);

	deadlock->dead.ended_ns = deadlock->found_ns - 5 * SAMPLE_NS;
	expect_advice(
		deadlock,
		"worker[99] was killed by signal 9 (KILL) 5.0 s ago while it held lock 0x1000");
}

Test(advice, dead_owner_of_a_mutex_wants_a_robust_one)
{
	struct deadlock *deadlock = sample_dead_owner(0);

	sample_wait(deadlock, 0, WAIT_MUTEX, "mutex 0x1000");
	expect_advice(deadlock, "PTHREAD_MUTEX_ROBUST");
}

Test(advice, left_behind_wants_no_fork)
{
	expect_advice(sample_left_behind(), "spawn");
}

Test(advice, undrained_queue_wants_reading_before_joining)
{
	expect_advice(sample_undrained_queue(), "read before you join");
}

Test(advice, joins_in_both_directions_want_one)
{
	struct deadlock *deadlock = sample_new(VERDICT_CYCLE, 2);

	sample_wait(deadlock, 0, WAIT_WAIT4, "child 101");
	sample_edge(deadlock, 0, 101, RELATION_CHILD);
	sample_wait(deadlock, 1, WAIT_POLL, "pipe");
	sample_edge(deadlock, 1, 100, RELATION_WRITER);
	expect_advice(deadlock, "one direction");
}

Test(advice, join_while_holding_wants_release_first)
{
	struct deadlock *deadlock = sample_new(VERDICT_CYCLE, 2);

	sample_wait(deadlock, 0, WAIT_JOIN, "thread 101");
	sample_edge(deadlock, 0, 101, RELATION_JOINS);
	sample_wait(deadlock, 1, WAIT_MUTEX, "mutex");
	sample_edge(deadlock, 1, 100, RELATION_HOLDS);
	expect_advice(deadlock, "release the lock before");
}

Test(advice, self_without_a_caller_still_names_place_and_lock)
{
	struct deadlock *deadlock = sample_self(WAIT_MUTEX);

	sample_frame(deadlock, 0, "work", "app.c", 9, "app");
	expect_advice(deadlock, "work at app.c:9 locks lock 0x1000 a second time");
}

Test(advice, rwlock_is_not_upgraded)
{
	struct deadlock *deadlock = sample_no_waker(2);

	sample_wait(deadlock, 0, WAIT_RWLOCK, "rwlock 0x1000");
	sample_wait(deadlock, 1, WAIT_RWLOCK, "rwlock 0x1000");
	expect_advice(deadlock, "cannot be upgraded");
}

/* A cause that waits in a call of Python's library, called by work() at work.py:7. */
static void expect_inside(struct deadlock *deadlock, size_t i, const char *file,
			  const char *function, const char *part)
{
	char path[128];

	snprintf(path, sizeof(path), "/usr/lib/python3.11/%s", file);
	sample_frame(deadlock, i, function, path, 261, NULL);
	sample_frame(deadlock, i, "work", "/srv/work.py", 7, NULL);
	expect_advice(deadlock, part);
}

Test(advice, no_waker_is_told_by_what_is_waited_for)
{
	expect_inside(sample_no_waker(2), 0, "multiprocessing/synchronize.py", "Event.wait",
		      "the event in work at work.py:7 was never set");
	expect_inside(sample_no_waker(2), 0, "threading.py", "Barrier.wait",
		      "a party of the barrier");
	expect_inside(sample_no_waker(2), 0, "threading.py", "Condition.wait", "notify");
	expect_inside(sample_no_waker(2), 0, "queue.py", "Queue.get", "put into the queue");
}

Test(advice, no_waker_is_mended_where_the_event_is_awaited_not_where_that_is_joined)
{
	struct deadlock *deadlock = sample_no_waker(2);

	sample_wait(deadlock, 0, WAIT_WAIT4, "child 101");
	deadlock->causes[0].waits_for[0].relation = RELATION_CHILD;
	sample_frame(deadlock, 0, "main", "/srv/work.py", 3, NULL);
	expect_inside(deadlock, 1, "threading.py", "Event.wait", "in work at work.py:7");
}

Test(advice, queue_is_emptied_before_its_writer_is_joined)
{
	struct deadlock *deadlock = sample_undrained_queue();

	sample_frame(deadlock, 0, "main", "/srv/work.py", 3, NULL);
	expect_inside(deadlock, 1, "multiprocessing/queues.py", "Queue._feed",
		      "empty the queue before the join in main at work.py:3");
}

Test(advice, programs_are_not_awaited_before_their_output_is_read)
{
	expect_inside(sample_undrained_queue(), 0, "subprocess.py", "Popen.wait", "communicate()");
}

Test(advice, no_waker_wants_a_timeout)
{
	expect_advice(sample_no_waker(3), "timeout");
}

Test(advice, exists_for_every_verdict_kind_and_relation)
{
	for (int verdict = 0; verdict < VERDICTS; verdict++) {
		for (int kind = 0; kind < WAIT_KIND_COUNT; kind++) {
			for (int relation = 0; relation < RELATION_COUNT; relation++) {
				struct deadlock *deadlock = sample_new(verdict, 2);

				sample_wait(deadlock, 0, kind, "");
				sample_edge(deadlock, 0, 100, relation);
				char *advice = advice_line_new(deadlock);

				cr_expect(strlen(advice) > 0);
				free(advice);
				deadlock_free(deadlock);
			}
		}
	}
}

Test(advice, tells_whose_end_would_free_how_many)
{
	struct deadlock *deadlock = sample_two_places();
	char *line = release_line_new(deadlock);

	cr_expect_str_eq(line, "ending python3[100] would let 1 other task go on");
	free(line);
	deadlock->release.tasks = 0;
	line = release_line_new(deadlock);
	cr_expect_str_eq(line, "no single process's end would let another task go on");
	free(line);
	for (size_t i = 0; i < 2; i++)
		deadlock->causes[i].task.pid = 100;
	deadlock->victims[0].task.pid = 100;
	line = release_line_new(deadlock);
	cr_expect_str_eq(line, "all that is stuck is in python3[100], which has to be started "
			       "anew");
	free(line);
	deadlock->release.known = false;
	line = release_line_new(deadlock);
	cr_expect_str_eq(line, "");
	free(line);
	deadlock_free(deadlock);
}
