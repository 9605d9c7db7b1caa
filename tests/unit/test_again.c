/* SPDX-License-Identifier: BSD-2-Clause */
/* What makes an answer at once look again, look by look. */
#include <criterion/criterion.h>

#include "core/again.h"

#define RIPE 11000000000ull

/* One look: what it found, what stands after it, and what is to follow. */
struct step {
	struct findings findings;
	struct judge_stats stats;
	enum again next;
	uint64_t at_ns;
};

static void follow(const char *what, const struct step *steps, size_t count)
{
	struct search search = { 0 };

	for (size_t i = 0; i < count; i++) {
		uint64_t at_ns = 0;
		enum again next =
			search_again(&search, &steps[i].findings, &steps[i].stats, &at_ns);

		cr_expect_eq(next, steps[i].next, "%s, look %zu: %d", what, i + 1, (int)next);
		cr_expect_eq(at_ns, steps[i].at_ns, "%s, look %zu", what, i + 1);
	}
}

#define FOLLOW(what, ...)                                  \
	follow(what, (const struct step[]){ __VA_ARGS__ }, \
	       sizeof((struct step[]){ __VA_ARGS__ }) / sizeof(struct step))

Test(again, two_looks_tell_of_a_system_at_rest)
{
	FOLLOW("nobody waits", { .next = AGAIN_NEVER });
	FOLLOW("a deadlock", { .findings.candidates = 2, .next = AGAIN_NOW },
	       { .findings = { .candidates = 2, .found_count = 1 },
		 .stats.deadlocked = 2,
		 .next = AGAIN_NEVER });
}

Test(again, who_is_too_young_is_waited_for)
{
	FOLLOW("a young one",
	       { .findings = { .candidates = 1, .ripe_ns = RIPE },
		 .next = AGAIN_AT,
		 .at_ns = RIPE },
	       { .findings = { .candidates = 1, .found_count = 1 },
		 .stats.deadlocked = 1,
		 .next = AGAIN_NEVER });
	FOLLOW("first seen asleep at the second look",
	       { .findings.candidates = 2, .next = AGAIN_NOW },
	       { .findings = { .candidates = 4, .found_count = 1, .ripe_ns = RIPE },
		 .stats.deadlocked = 2,
		 .next = AGAIN_AT,
		 .at_ns = RIPE },
	       { .findings = { .candidates = 4, .found_count = 1 },
		 .stats.deadlocked = 4,
		 .next = AGAIN_NEVER });
}

Test(again, who_is_too_young_again_and_again_is_waited_for_twice)
{
	FOLLOW("always young", { .findings.candidates = 2, .next = AGAIN_NOW },
	       { .findings = { .candidates = 3, .found_count = 1, .ripe_ns = RIPE },
		 .stats.deadlocked = 2,
		 .next = AGAIN_AT,
		 .at_ns = RIPE },
	       { .findings = { .candidates = 3, .ripe_ns = RIPE + 1 },
		 .stats.deadlocked = 2,
		 .next = AGAIN_NEVER });
}

Test(again, what_could_not_be_asked_at_first_is_asked_once_it_is_old_enough)
{
	FOLLOW("in doubt", { .stats.scope_ignorance = 1, .next = AGAIN_SOON },
	       { .findings.young_ns = RIPE, .next = AGAIN_AT, .at_ns = RIPE },
	       { .next = AGAIN_NEVER });
	FOLLOW("no doubt", { .findings.restless = true, .next = AGAIN_SOON },
	       { .findings.young_ns = RIPE, .next = AGAIN_NEVER });
}

/* Other deadlocks stand already: they must not end the search. */
#define OTHERS	     .stats.deadlocked = 2
#define OTHERS_FOUND .candidates = 2

Test(again, who_was_seen_awake_between_tries_is_looked_for_beside_what_stands)
{
	FOLLOW("a try", { .findings.candidates = 4, .next = AGAIN_NOW },
	       { .findings = { OTHERS_FOUND, .found_count = 1, .tries = 1 },
		 OTHERS,
		 .next = AGAIN_SOON },
	       { .findings = { .candidates = 4, .fresh = 1 }, OTHERS, .next = AGAIN_SOON },
	       { .findings = { .candidates = 4, .found_count = 1 },
		 .stats.deadlocked = 4,
		 .next = AGAIN_NEVER });
}

Test(again, who_is_awake_beside_who_waits_is_taken_for_alive_after_three_looks)
{
	FOLLOW("restless", { .findings.restless = true, .next = AGAIN_SOON },
	       { .findings.restless = true, .next = AGAIN_SOON },
	       { .findings.restless = true, .next = AGAIN_SOON },
	       { .findings.restless = true, .next = AGAIN_NEVER });
}

Test(again, a_system_that_never_comes_to_rest_is_given_up)
{
	struct search search = { 0 };
	const struct findings findings = { .candidates = 1, .fresh = 1 };
	const struct judge_stats stats = { 0 };
	uint64_t at_ns;
	uint32_t looks = 1;

	while (search_again(&search, &findings, &stats, &at_ns) != AGAIN_NEVER)
		cr_assert(looks++ < 100);
	cr_expect_eq(looks, 8);
}

Test(again, what_is_not_known_is_asked_twice)
{
	FOLLOW("a count that is off", { .stats.scope_ignorance = 1, .next = AGAIN_SOON },
	       { .stats.scope_ignorance = 1, .next = AGAIN_NEVER });
}
