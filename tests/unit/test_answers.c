/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "core/answers.h"

/* A backend that answers memory with its address, and counts how often it is asked. */
struct backend {
	unsigned int asked;
	int error;
	uint64_t word;
};

static void backend_ask(void *context, const struct question *question, struct answer *ret)
{
	struct backend *backend = context;

	backend->asked++;
	backend->word = question->a;
	*ret = (struct answer){ .error = backend->error,
				.count = sizeof(backend->word),
				.items = &backend->word };
}

static uint64_t word_at(const struct probe *probe, uint64_t address)
{
	uint64_t word = 0;

	cr_assert_eq(probe_memory(probe, 1, address, &word, sizeof(word)), 0);
	return word;
}

Test(answers, asks_the_backend_once_for_each_question)
{
	struct backend state = { 0 };
	struct probe backend = { backend_ask, &state };
	struct answers answers = { 0 };
	struct probe probe = answers_probe(&answers, &backend);

	for (int round = 0; round < 2; round++)
		for (uint64_t address = 0; address < 10000; address++)
			cr_assert_eq(word_at(&probe, address), address);
	cr_assert_eq(state.asked, 10000);
	answers_deinit(&answers);
}

Test(answers, remembers_an_error_too)
{
	struct backend state = { .error = -EFAULT };
	struct probe backend = { backend_ask, &state };
	struct answers answers = { 0 };
	struct probe probe = answers_probe(&answers, &backend);
	uint32_t word = 7;

	cr_assert_eq(probe_memory(&probe, 1, 16, &word, sizeof(word)), -EFAULT);
	cr_assert_eq(probe_memory(&probe, 1, 16, &word, sizeof(word)), -EFAULT);
	cr_assert_eq(state.asked, 1);
	cr_assert_eq(word, 7, "an output was changed on failure");
	answers_deinit(&answers);
}

Test(answers, forgets_everything_when_cleared)
{
	struct backend state = { 0 };
	struct probe backend = { backend_ask, &state };
	struct answers answers = { 0 };
	struct probe probe = answers_probe(&answers, &backend);

	for (unsigned int look = 1; look <= 3; look++) {
		for (uint64_t address = 0; address < 1000; address++)
			word_at(&probe, address);
		cr_assert_eq(state.asked, look * 1000);
		answers_clear(&answers);
		cr_assert_eq(answers.count, 0);
	}
	answers_deinit(&answers);
}

Test(answers, takes_no_new_memory_for_a_look_like_the_last)
{
	struct backend state = { 0 };
	struct probe backend = { backend_ask, &state };
	struct answers answers = { 0 };
	struct probe probe = answers_probe(&answers, &backend);

	for (uint64_t address = 0; address < 20000; address++)
		word_at(&probe, address);

	const void *entries = answers.entries, *slots = answers.slots;
	const void *block = answers.items.first;

	answers_clear(&answers);
	for (uint64_t address = 0; address < 20000; address++)
		word_at(&probe, address);
	cr_assert_eq(answers.entries, entries);
	cr_assert_eq(answers.slots, slots);
	cr_assert_eq((const void *)answers.items.first, block);
	answers_deinit(&answers);
}

Test(answers, without_a_backend_says_that_there_is_no_data)
{
	struct answers answers = { 0 };
	struct probe probe = answers_probe(&answers, NULL);
	struct answer answer;

	cr_assert_eq(probe_search(&probe, 1, 2, &answer), -ENODATA);
	answers_deinit(&answers);
}

Test(answers, gives_back_what_was_put_in)
{
	struct answers answers = { 0 };
	struct open_file file = { .pid = 3, .fd = 4, .kind = FILE_PIPE };
	struct question question = { ASK_DESCRIPTOR, 3, 4, 0 };

	cr_assert_eq(answers_put(&answers, &question, &(struct answer){ 0, 0, 1, &file }), 0);
	cr_assert_eq(answers_put(&answers, &question, &(struct answer){ 0, 0, 1, &file }), -EEXIST);
	file.fd = 99; /* it is a copy */

	struct probe probe = answers_probe(&answers, NULL);
	const struct open_file *found;

	cr_assert_eq(probe_descriptor(&probe, 3, 4, &found), 0);
	cr_assert_eq(found->fd, 4);
	answers_deinit(&answers);
}

Test(probe, refuses_a_text_that_does_not_end)
{
	struct answers answers = { 0 };
	const char *name = "unchanged";

	answers_put(&answers, &(struct question){ .type = ASK_WCHAN, .id = 5 },
		    &(struct answer){ .count = 3, .items = "abc" });

	struct probe probe = answers_probe(&answers, NULL);

	cr_assert_eq(probe_wchan(&probe, 5, &name), -EINVAL);
	cr_assert_str_eq(name, "unchanged");
	answers_deinit(&answers);
}
