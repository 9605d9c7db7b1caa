/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two looks make a proof if nobody moves. Looks beyond the second are for who was
 * too young, for systems that were in motion while they were looked at, and for
 * what could not be known; they have an end, as such a system may never come to rest.
 */
#include "core/again.h"

#define LOOKS_MOST     8
#define HOPES_MOST     2 /* who waits by tries is dated when first seen asleep, maybe late */
#define RESTLESS_LOOKS 3 /* after so many, who is awake beside who waits is taken for alive */

/* The next look follows at once, or as soon as the youngest is old enough. */
static enum again wait_until(struct search *search, uint64_t ripe_ns, uint64_t *ret_ns)
{
	search->hopes++;
	*ret_ns = ripe_ns;
	return ripe_ns ? AGAIN_AT : AGAIN_NOW;
}

/*
 * What could not be known at one look may be known at the next: a count of the kernel's is off
 * while somebody else looks at the same file. It counts if it is off twice in a row.
 */
static bool may_know_more(const struct search *search, const struct judge_stats *stats)
{
	return !stats->deadlocked && stats->scope_ignorance &&
	       (search->looks == 1 || search->hopes);
}

/*
 * What stands does not end the search while somebody may be about to join it: who only waits by
 * tries was seen awake, and then the others of its ring, whom that look cleared, need two more.
 */
static bool is_in_motion(const struct search *search, const struct findings *findings)
{
	return findings->fresh || findings->tries ||
	       (findings->restless && search->looks <= RESTLESS_LOOKS);
}

enum again search_again(struct search *search, const struct findings *findings,
			const struct judge_stats *stats, uint64_t *ret_ns)
{
	search->looks++;
	if (search->looks == 1)
		search->doubted = stats->scope_ignorance;
	if (search->looks == LOOKS_MOST)
		return AGAIN_NEVER;
	if (findings->candidates &&
	    (!search->hopes || (search->hopes < HOPES_MOST && findings->ripe_ns)))
		return wait_until(search, findings->ripe_ns, ret_ns);
	/* The second look does not ask about the young: without dates from the kernel, all. */
	if (search->looks == 2 && search->doubted && !search->hopes && findings->young_ns)
		return wait_until(search, findings->young_ns, ret_ns);
	if (is_in_motion(search, findings))
		return AGAIN_SOON;
	if (findings->candidates <= stats->deadlocked && !may_know_more(search, stats))
		return AGAIN_NEVER;
	if (search->looks > 2 && !findings->found_count && stats->deadlocked)
		return AGAIN_NEVER;
	return AGAIN_SOON;
}
