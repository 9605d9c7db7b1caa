/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>

#include <signal.h>
#include <string.h>

#include "core/advice.h"
#include "sample_deadlock.h"

static void expect_advice(struct deadlock *deadlock, const char *part)
{
	const char *advice = advice_for(deadlock);

	cr_expect(strstr(advice, part), "\"%s\" does not say \"%s\"", advice, part);
	deadlock_free(deadlock);
}

Test(advice, opposite_order_wants_one_order)
{
	expect_advice(sample_two_locks(), "same order everywhere");
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

Test(advice, context_manager_is_no_help_against_a_kill)
{
	expect_advice(sample_dead_owner(SIGKILL), "do not kill");
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
				cr_expect(strlen(advice_for(deadlock)) > 0);
				deadlock_free(deadlock);
			}
		}
	}
}
