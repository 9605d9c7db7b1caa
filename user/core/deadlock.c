/* SPDX-License-Identifier: BSD-2-Clause */
/* Names and the end of findings; they are made in explain.c. */
#include "core/deadlock.h"

#include <stdlib.h>

const char *const verdict_name[VERDICTS] = {
	[VERDICT_SELF] = "self",
	[VERDICT_CYCLE] = "cycle",
	[VERDICT_DEAD_OWNER] = "dead-owner",
	[VERDICT_NO_WAKER] = "no-waker",
};

const char *const certainty_name[] = {
	[CERTAINTY_LIKELY] = "likely",
	[CERTAINTY_PROVEN] = "proven",
};

const char *const party_state_name[] = {
	[PARTY_ALIVE] = "alive",
	[PARTY_ZOMBIE] = "zombie",
	[PARTY_GONE] = "gone",
	[PARTY_LEFT_BEHIND] = "left-behind",
};

static void cause_deinit(struct cause *cause)
{
	for (size_t i = 0; i < cause->waits_for_count; i++)
		evidence_list_deinit(&cause->waits_for[i].evidence);
	free(cause->waits_for);
	free(cause->stack);
	coroutines_deinit(&cause->coroutines);
}

void deadlock_free(struct deadlock *deadlock)
{
	if (!deadlock)
		return;
	for (size_t i = 0; i < deadlock->cause_count; i++)
		cause_deinit(&deadlock->causes[i]);
	free(deadlock->causes);
	for (size_t i = 0; i < deadlock->victims_listed; i++) {
		evidence_list_deinit(&deadlock->victims[i].waits_for.evidence);
		free(deadlock->victims[i].stack);
	}
	free(deadlock->victims);
	free(deadlock);
}

void chain_free(struct chain *chain)
{
	free(chain->links);
	coroutines_deinit(&chain->coroutines);
	chain->links = NULL;
	chain->count = 0;
}
