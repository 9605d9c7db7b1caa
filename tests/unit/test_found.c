/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <string.h>

#include "probe/found.h"

static const struct question wchan = { .type = ASK_WCHAN, .id = 7 };

static void put(struct found *found, const struct question *question, uint64_t generation,
		const char *text)
{
	const struct answer answer = { .count = (uint32_t)strlen(text) + 1, .items = text };

	found_put(found, question, generation, &answer);
}

static bool knows(struct found *found, const struct question *question, uint64_t generation,
		  const char *text)
{
	struct answer answer;

	return found_get(found, question, generation, &answer) && !strcmp(answer.items, text);
}

Test(found, an_answer_is_kept_for_as_long_as_its_task_has_not_run)
{
	struct found found = { 0 };

	put(&found, &wchan, 3, "futex_do_wait");
	found_age(&found);
	cr_expect(knows(&found, &wchan, 3, "futex_do_wait"));
	cr_expect_not(knows(&found, &wchan, 4, "futex_do_wait"), "it has run");
	found_deinit(&found);
}

Test(found, another_question_is_another_answer)
{
	struct found found = { 0 };
	const struct question other = { .type = ASK_WCHAN, .id = 8 };
	const struct question program = { .type = ASK_PROGRAM, .id = 7 };

	put(&found, &wchan, 3, "futex_do_wait");
	cr_expect_not(knows(&found, &other, 3, "futex_do_wait"));
	cr_expect_not(knows(&found, &program, 3, "futex_do_wait"));
	found_deinit(&found);
}

Test(found, the_last_answer_counts)
{
	struct found found = { 0 };

	put(&found, &wchan, 3, "futex_do_wait");
	put(&found, &wchan, 4, "do_wait");
	cr_expect_not(knows(&found, &wchan, 3, "futex_do_wait"));
	cr_expect(knows(&found, &wchan, 4, "do_wait"));
	found_deinit(&found);
}

Test(found, what_a_look_does_not_ask_for_is_dropped)
{
	struct found found = { 0 };

	put(&found, &wchan, 3, "futex_do_wait");
	found_age(&found);
	found_age(&found);
	cr_expect_not(knows(&found, &wchan, 3, "futex_do_wait"));
	found_deinit(&found);
}
