/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <stdio.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "report/sentence.h"
#include "sample_deadlock.h"

static void expect_sentence(struct deadlock *deadlock, const char *expected)
{
	char *sentence = sentence_new(deadlock);

	cr_expect_str_eq(sentence, expected);
	free(sentence);
	deadlock_free(deadlock);
}

Test(sentence, two_locks)
{
	expect_sentence(sample_two_locks(),
			"python3[100] and python3[101] each wait for a lock that the other holds");
}

Test(sentence, threads_of_one_process_name_it_once)
{
	struct deadlock *deadlock = sample_two_locks();

	deadlock->causes[1].task.pid = 100;
	expect_sentence(deadlock, "in python3[100], the main thread and thread 101 each wait for "
				  "a lock that the other holds");
}

Test(sentence, ring_of_different_relations)
{
	expect_sentence(sample_undrained_queue(),
			"python3[100] waits for its child python3[101] to end, and python3[101] "
			"waits for python3[100] to read from a pipe");
}

Test(sentence, says_what_a_writer_is_to_write_to)
{
	static const struct {
		enum wait_kind kind;
		const char *act;
	} rows[] = {
		{ WAIT_PIPE_READ, "write to or close a pipe" },
		{ WAIT_EVENTFD, "write to an eventfd" },
		{ WAIT_MQ, "send to a queue" },
		{ WAIT_POLL, "write to or close what it polls" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct deadlock *deadlock = sample_new(VERDICT_SELF, 1);
		char sentence[128];

		sample_wait(deadlock, 0, rows[i].kind, "");
		sample_edge(deadlock, 0, 100, RELATION_WRITER);
		snprintf(sentence, sizeof(sentence), "python3[100] waits for itself to %s",
			 rows[i].act);
		expect_sentence(deadlock, sentence);
	}
}

Test(sentence, ring_of_three)
{
	struct deadlock *deadlock = sample_new(VERDICT_CYCLE, 3);

	for (uint32_t i = 0; i < 3; i++) {
		sample_wait(deadlock, i, WAIT_JOIN, "");
		sample_edge(deadlock, i, 100 + (i + 1) % 3, RELATION_JOINS);
	}
	expect_sentence(deadlock, "python3[100] waits for python3[101] to end, python3[101] waits "
				  "for python3[102] to end, and python3[102] waits for "
				  "python3[100] to end");
}

Test(sentence, long_ring_is_counted)
{
	expect_sentence(sample_new(VERDICT_CYCLE, 7),
			"7 tasks wait for each other in a ring, among them python3[100] and "
			"python3[101]");
}

Test(sentence, self)
{
	expect_sentence(sample_self(WAIT_SEMLOCK),
			"python3[100] waits for a lock that it holds itself");
	expect_sentence(sample_self(WAIT_SEM),
			"python3[100] waits for a semaphore that it holds itself");
}

Test(sentence, dead_owner_is_named_with_its_end)
{
	expect_sentence(sample_dead_owner(SIGKILL),
			"python3[100] waits for a lock whose holder worker[99] was killed by "
			"signal 9 (KILL)");
	expect_sentence(sample_dead_owner(1 << 8),
			"python3[100] waits for a lock whose holder worker[99] ended with status "
			"1");
}

Test(sentence, unknown_dead_owner_has_died)
{
	struct deadlock *deadlock = sample_dead_owner(0);

	memset(&deadlock->dead, 0, sizeof(deadlock->dead));
	expect_sentence(deadlock, "python3[100] waits for a lock whose holder has died");
}

Test(sentence, left_behind)
{
	expect_sentence(sample_left_behind(), "python3[100] waits for a lock that fork() copied "
					      "while another thread held it");
}

Test(sentence, no_waker)
{
	expect_sentence(sample_no_waker(1),
			"python3[100] waits for an event that nobody is left to cause");
	expect_sentence(sample_no_waker(2), "python3[100] and python3[101] wait for events that "
					    "only they themselves could cause");
	expect_sentence(sample_no_waker(4), "python3[100] and 3 others wait for events that only "
					    "they themselves could cause");
}

Test(sentence, hostile_name_is_made_printable)
{
	struct deadlock *deadlock = sample_self(WAIT_SEMLOCK);

	strcpy(deadlock->causes[0].task.name, "\x1b[31m\n\xff");
	expect_sentence(deadlock, "\\x1b[31m\\x0a\\xff[100] waits for a lock that it holds itself");
}
