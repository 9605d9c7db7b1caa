/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chains: why the named processes are blocked where they are not deadlocked.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/chain.h"
#include "core/cleanup.h"
#include "core/hearing.h"
#include "core/whereabouts.h"

static void mark_task(const struct look *look, const struct look_task *then, uint8_t *marks)
{
	uint32_t now = look_find(look, then->tid);

	if (now != NO_TASK)
		marks[now] = 1;
}

/*
 * Marks who is in a deadlock that stands: of what this look explained all victims, else those that
 * were listed. At the first look whoever is stuck may yet turn out to be in one.
 */
static void mark_deadlocked(const struct hearing *hearing, uint8_t *marks)
{
	const struct judge *judge = hearing->judge;

	for (size_t d = 0; d < judge->active.count; d++) {
		const struct deadlock *deadlock = judge->active.items[d];

		for (size_t i = 0; i < deadlock->cause_count; i++)
			mark_task(hearing->look, &deadlock->causes[i].task, marks);
		for (size_t i = 0; i < deadlock->victims_listed; i++)
			mark_task(hearing->look, &deadlock->victims[i].task, marks);
	}
	for (uint32_t e = 0; e < hearing->explanation.count; e++) {
		const struct explained *explained = &hearing->explanation.items[e];

		for (uint32_t i = 0; i < explained->task_count; i++)
			marks[explained->tasks[i]] = 1;
		for (uint32_t i = 0; i < explained->victim_count; i++)
			marks[explained->victims[i]] = 1;
	}
	for (uint32_t i = 0; i < hearing->look->task_count && !judge->stats.looks; i++)
		marks[i] |= !progress_able(&judge->progress, i, PROGRESS_CUSTOM);
}

static bool chain_is_new(const struct judge *judge, uint64_t key)
{
	for (size_t i = 0; i < judge->chain_key_count; i++)
		if (judge->chain_keys[i] == key)
			return false;
	return true;
}

int hearing_add_chain(struct hearing *hearing, struct chain *chain)
{
	struct judge *judge = hearing->judge;
	int err = whereabouts_of_chain(hearing->context.probe, judge->options.stacks, chain);
	struct chain *chains =
		err ? NULL : reallocarray(judge->chains, judge->chain_count + 1, sizeof(*chains));

	if (!chains) {
		chain_free(chain);
		return -ENOMEM;
	}
	judge->chains = chains;
	judge->chains[judge->chain_count++] = *chain;
	return 0;
}

static int chain_take(struct hearing *hearing, uint32_t task, uint64_t *keys, size_t *key_count)
{
	struct judge *judge = hearing->judge;
	struct chain chain;
	int err = chain_follow(&hearing->context, &judge->options.kinds, &judge->progress, task,
			       &chain);

	if (err)
		return err;
	keys[(*key_count)++] = chain.key;
	if (!chain_is_new(judge, chain.key)) {
		chain_free(&chain);
		return 0;
	}

	return hearing_add_chain(hearing, &chain);
}

/* For each blocked task of the named processes that is in no deadlock. */
int hearing_collect_chains(struct hearing *hearing)
{
	struct judge *judge = hearing->judge;
	_cleanup_free_ uint64_t *keys = NULL;
	_cleanup_free_ uint8_t *deadlocked = NULL;
	size_t key_count = 0;

	if (!judge->options.want_chains || !judge->options.scope)
		return 0;
	keys = malloc((hearing->graph.wait_count + 1) * sizeof(*keys));
	deadlocked = calloc(hearing->look->task_count + 1, 1);
	if (!keys || !deadlocked)
		return -ENOMEM;
	mark_deadlocked(hearing, deadlocked);
	for (uint32_t i = 0; i < hearing->graph.wait_count; i++) {
		uint32_t task = hearing->graph.waits[i].task;
		const struct look_task *t = &hearing->look->tasks[task];

		if (!scope_names(&judge->scope, t->pid) || deadlocked[task])
			continue;

		int err = chain_take(hearing, task, keys, &key_count);

		if (err)
			return err;
	}
	free(judge->chain_keys);
	judge->chain_keys = TAKE_PTR(keys);
	judge->chain_key_count = key_count;
	return 0;
}
