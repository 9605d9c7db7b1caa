/* SPDX-License-Identifier: BSD-2-Clause */
/* The reader on what was read of real interpreters; see tests/images. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../images/recorded.h"
#include "python/coroutine.h"
#include "python/lock.h"
#include "python/stack.h"
#include "python/text.h"

#define MOST (1 << 18)

enum { MAIN, ALPHA, BETA, OWNER, WAITER, LOOP };

static const char versions[][8] = { "3.8.18", "3.9.18", "3.10.13", "3.11.2", "3.12.1", "3.13.0" };

struct reader {
	struct recorded recorded;
	struct python *py;
	struct python_scratch *scratch;
	struct python_lock *locks;
	uint32_t count;
	bool partial;
	unsigned char bytes[MOST];
};

static int reader_open(struct reader *reader, uint32_t version, uint32_t tid)
{
	const struct python_memory memory = { recorded_fetch, &reader->recorded };

	if (version)
		reader->recorded.head.interpreter.version = version;
	return python_open(reader->py, &memory, &reader->recorded.head.interpreter, tid);
}

static struct reader *reader_new(const char *version)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	char path[64];

	snprintf(path, sizeof(path), "tests/fuzz/corpus/python/%s.image", version);

	FILE *file = fopen(path, "rb");

	cr_assert(file, "%s", path);
	recorded_open(&reader->recorded, reader->bytes, fread(reader->bytes, 1, MOST, file));
	fclose(file);
	reader->py = malloc(sizeof(*reader->py));
	reader->scratch = malloc(sizeof(*reader->scratch));
	reader->locks = calloc(PYTHON_LOCKS_MOST, sizeof(*reader->locks));
	return reader;
}

static struct reader *reader_of_locks(const char *version)
{
	struct reader *reader = reader_new(version);

	cr_assert_eq(reader_open(reader, 0, reader->recorded.head.tids[MAIN]), 0);
	reader->count = python_locks(reader->py, reader->scratch, reader->locks, &reader->partial);
	return reader;
}

static void reader_free(struct reader *reader)
{
	free(reader->py);
	free(reader->scratch);
	free(reader->locks);
	free(reader);
}

/* The thread's bond of that sort with the only lock that it has such a one with, else NULL. */
static const struct python_lock *bond_of(const struct reader *reader, enum python_bond bond,
					 int who)
{
	const struct python_lock *found = NULL;

	for (uint32_t i = 0; i < reader->count; i++) {
		const struct python_lock *lock = &reader->locks[i];

		if (lock->bond != bond || lock->tid != reader->recorded.head.tids[who])
			continue;
		if (found && found->word != lock->word)
			return NULL;
		found = lock;
	}
	return found;
}

static const struct python_lock *seen_as(const struct reader *reader, int who, const char *name)
{
	for (uint32_t i = 0; i < reader->count; i++)
		if (reader->locks[i].bond == PYTHON_SEEN &&
		    reader->locks[i].tid == reader->recorded.head.tids[who] &&
		    !strcmp(reader->locks[i].name, name))
			return &reader->locks[i];
	return NULL;
}

ParameterizedTestParameters(python, each_is_inside_the_lock_that_the_other_waits_for)
{
	return cr_make_param_array(char[8], (void *)versions,
				   sizeof(versions) / sizeof(versions[0]));
}

ParameterizedTest(char version[8], python, each_is_inside_the_lock_that_the_other_waits_for)
{
	struct reader *reader = reader_of_locks(version);
	const struct python_lock *alpha = bond_of(reader, PYTHON_WITH, ALPHA);
	const struct python_lock *beta = bond_of(reader, PYTHON_WITH, BETA);
	const struct python_lock *wanted_by_alpha = seen_as(reader, ALPHA, "Account.lock");
	const struct python_lock *wanted_by_beta = seen_as(reader, BETA, "account_lock");

	cr_assert(alpha && beta && wanted_by_alpha && wanted_by_beta, "%s", version);
	cr_expect_eq(alpha->word, wanted_by_beta->word);
	cr_expect_eq(beta->word, wanted_by_alpha->word);
	cr_expect_neq(alpha->word, beta->word);
	cr_expect_str_eq(alpha->since, "transfer at program.py:27", "%s", version);
	cr_expect(strstr(beta->since, "withdraw at program.py:17"), "%s: %s", version, beta->since);
	cr_expect_not(bond_of(reader, PYTHON_WITH, MAIN));
	cr_expect_not(bond_of(reader, PYTHON_WITH, WAITER));
	cr_expect_not(reader->partial);
	reader_free(reader);
}

ParameterizedTestParameters(python, rlock_names_its_owner)
{
	return cr_make_param_array(char[8], (void *)versions,
				   sizeof(versions) / sizeof(versions[0]));
}

ParameterizedTest(char version[8], python, rlock_names_its_owner)
{
	struct reader *reader = reader_of_locks(version);
	const struct python_lock *owns = bond_of(reader, PYTHON_OWNS, OWNER);

	cr_assert(owns, "%s", version);
	cr_expect_eq(owns->type, PYTHON_RLOCK);
	cr_expect_str_eq(owns->name, "audit_lock");
	cr_expect_not(bond_of(reader, PYTHON_OWNS, WAITER));
	reader_free(reader);
}

ParameterizedTestParameters(python, thread_that_lives_is_bound_to_its_end)
{
	return cr_make_param_array(char[8], (void *)versions,
				   sizeof(versions) / sizeof(versions[0]));
}

ParameterizedTest(char version[8], python, thread_that_lives_is_bound_to_its_end)
{
	static const char *const names[] = { "MainThread", "alpha",  "beta",
					     "owner",	   "größer", "loop" };
	struct reader *reader = reader_of_locks(version);

	for (int who = MAIN; who <= LOOP; who++) {
		const struct python_lock *ends = bond_of(reader, PYTHON_ENDS, who);

		cr_assert(ends, "%s: %s", version, names[who]);
		cr_expect_str_eq(ends->name, names[who]);
	}
	reader_free(reader);
}

ParameterizedTestParameters(python, frames_have_function_file_and_line)
{
	return cr_make_param_array(char[8], (void *)versions,
				   sizeof(versions) / sizeof(versions[0]));
}

ParameterizedTest(char version[8], python, frames_have_function_file_and_line)
{
	static const struct {
		int who;
		const char *function;
		uint32_t line;
	} wanted[] = { { ALPHA, "transfer", 29 }, { BETA, "withdraw", 19 }, { OWNER, "hold", 35 } };
	struct reader *reader = reader_of_locks(version);
	struct python_stack *stack = malloc(sizeof(*stack));

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const struct stack_frame *frame = &stack->frames[0];

		cr_assert_eq(python_stack_read(reader->py, reader->scratch,
					       reader->recorded.head.tids[wanted[i].who], stack),
			     0);
		cr_assert_eq(stack->count, 4, "%s: %u frames", version, stack->count);
		cr_expect(strstr(frame->function, wanted[i].function));
		cr_expect(strstr(frame->file, "program.py"));
		cr_expect_eq(frame->line, wanted[i].line, "%s: line %u", version, frame->line);
		cr_expect(stack->entries[3]);
		cr_expect_not(stack->partial);
	}
	cr_expect_eq(python_stack_read(reader->py, reader->scratch, 1, stack), -ESRCH);
	free(stack);
	reader_free(reader);
}

static uint32_t coroutines_of(const struct reader *reader, int who, struct coroutine_frame *ret,
			      bool *ret_partial)
{
	struct python_tasks *tasks = malloc(sizeof(*tasks));
	uint32_t count = python_coroutines(reader->py, tasks, reader->recorded.head.tids[who], ret,
					   ret_partial);

	free(tasks);
	return count;
}

ParameterizedTestParameters(python, tasks_of_an_event_loop_await_each_other)
{
	return cr_make_param_array(char[8], (void *)versions,
				   sizeof(versions) / sizeof(versions[0]));
}

ParameterizedTest(char version[8], python, tasks_of_an_event_loop_await_each_other)
{
	static const struct {
		const char *task, *awaits, *holder, *function;
		uint32_t line;
	} wanted[] = {
		{ "Task-1", "gather of 3", "", "serve", 74 },
		{ "Task-2", "Lock ledger", "Task-3", "acquire", 0 },
		{ "", "", "", "__aenter__", 0 },
		{ "", "", "", "write", 55 },
		{ "", "", "", "pay", 51 },
		{ "Task-3", "Lock Till.lock", "Task-2", "acquire", 0 },
		{ "", "", "", "__aenter__", 0 },
		{ "", "", "", "count", 62 },
		{ "Task-4", "task Task-2", "", "follow", 67 },
	};
	struct coroutine_frame *frames = calloc(COROUTINE_FRAMES_MOST, sizeof(*frames));
	struct reader *reader = reader_of_locks(version);
	bool partial = false;

	cr_assert_eq(coroutines_of(reader, LOOP, frames, &partial),
		     sizeof(wanted) / sizeof(wanted[0]), "%s", version);
	cr_expect_not(partial);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		cr_expect_str_eq(frames[i].name, wanted[i].task, "%s: %zu", version, i);
		cr_expect_str_eq(frames[i].awaits, wanted[i].awaits, "%s: %zu", version, i);
		cr_expect_str_eq(frames[i].holder, wanted[i].holder, "%s: %zu", version, i);
		cr_expect(strstr(frames[i].frame.function, wanted[i].function));
		if (wanted[i].line)
			cr_expect_eq(frames[i].frame.line, wanted[i].line, "%s: %u", version,
				     frames[i].frame.line);
	}
	free(frames);
	reader_free(reader);
}

ParameterizedTestParameters(python, thread_without_an_event_loop_has_no_tasks)
{
	return cr_make_param_array(char[8], (void *)versions,
				   sizeof(versions) / sizeof(versions[0]));
}

ParameterizedTest(char version[8], python, thread_without_an_event_loop_has_no_tasks)
{
	struct coroutine_frame *frames = calloc(COROUTINE_FRAMES_MOST, sizeof(*frames));
	struct reader *reader = reader_of_locks(version);
	bool partial = false;

	cr_expect_eq(coroutines_of(reader, ALPHA, frames, &partial), 0);
	free(frames);
	reader_free(reader);
}

ParameterizedTestParameters(python, interpreter_is_not_believed_without_a_known_thread)
{
	return cr_make_param_array(char[8], (void *)versions,
				   sizeof(versions) / sizeof(versions[0]));
}

ParameterizedTest(char version[8], python, interpreter_is_not_believed_without_a_known_thread)
{
	struct reader *reader = reader_new(version);
	uint32_t tid = reader->recorded.head.tids[MAIN];

	cr_expect_eq(reader_open(reader, 0, tid + 1000), -EINVAL);
	reader->recorded.head.interpreter.flags = 0;
	cr_expect_eq(reader_open(reader, 0, tid), -EOPNOTSUPP);
	reader_free(reader);
}

Test(python, offsets_of_another_version_are_not_believed)
{
	static const uint8_t foreign[][2] = { { 8, 11 }, { 9, 12 },  { 10, 13 }, { 11, 12 },
					      { 11, 8 }, { 12, 13 }, { 13, 12 } };

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		struct reader *reader = reader_new(versions[foreign[i][0] - 8]);

		cr_expect_neq(reader_open(reader, PYTHON_VERSION(3, foreign[i][1]),
					  reader->recorded.head.tids[MAIN]),
			      0, "3.%u taken for 3.%u", foreign[i][0], foreign[i][1]);
		reader_free(reader);
	}
}

Test(python, unknown_versions_have_no_layout)
{
	cr_expect_not(python_layout_find(PYTHON_VERSION(3, 7)));
	cr_expect_not(python_layout_find(PYTHON_VERSION(3, 14)));
	cr_expect_not(python_layout_find(PYTHON_VERSION(2, 8)));
}

Test(python, text_is_cut_between_characters)
{
	static const uint16_t wide[] = { 'a', 0xe4, 0x20ac, 0xd800 };
	char text[8];

	text_from_wide(wide, 4, 2, text, sizeof(text));
	cr_expect_str_eq(text, "a\xc3\xa4\xe2\x82\xac");
	text_from_wide(wide + 3, 1, 2, text, sizeof(text));
	cr_expect_str_eq(text, "\xef\xbf\xbd");
}

/* Merging: N is a native frame, E an evaluator's; p a Python frame, P the last of its call. */
static void expect_merged(const char *native, const char *python, const char *wanted)
{
	struct stack_frame frames[STACK_FRAMES_MAX] = { 0 };
	struct python_stack *stack = calloc(1, sizeof(*stack));
	char found[STACK_FRAMES_MAX + 1] = "";
	uint32_t count = (uint32_t)strlen(native);

	for (uint32_t i = 0; i < count; i++)
		strcpy(frames[i].function,
		       native[i] == 'E' ? "_PyEval_EvalFrameDefault" : "sem_wait");
	for (; python[stack->count]; stack->count++) {
		stack->frames[stack->count].type = FRAME_PYTHON;
		stack->entries[stack->count] = python[stack->count] == 'P';
	}
	count = python_stack_merge(frames, count, STACK_FRAMES_MAX, stack);
	for (uint32_t i = 0; i < count; i++)
		found[i] = frames[i].type == FRAME_PYTHON ? 'p'
			   : *frames[i].function == '_'	  ? 'E'
							  : 'N';
	cr_expect_str_eq(found, wanted, "%s and %s", native, python);
	free(stack);
}

Test(python, frames_take_the_place_of_their_evaluator)
{
	expect_merged("NNENN", "P", "NNpNN");
	expect_merged("NENEN", "PP", "NpNpN");
	expect_merged("NENEN", "ppPpP", "NpppNppN");
}

Test(python, frames_are_kept_when_evaluators_are_missing)
{
	expect_merged("NNN", "PP", "NNNpp");
	expect_merged("NEN", "PPP", "NpppN");
	expect_merged("", "PP", "pp");
}

Test(python, evaluators_are_kept_when_frames_are_missing)
{
	expect_merged("NENEN", "P", "NpNEN");
	expect_merged("NEN", "", "NEN");
}
