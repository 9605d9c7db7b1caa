/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is new since the last look, what stands, and what has gone. A deadlock
 * stands for as long as none of its causes has run, whether or not a look could
 * prove it anew.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/hearing.h"
#include "core/writeup.h"

static bool tasks_in_scope(const struct hearing *hearing, const uint32_t *tasks, uint32_t count)
{
	const struct look *look = hearing->look;

	for (uint32_t i = 0; i < count; i++)
		if (scope_has(&hearing->judge->scope, look, look->tasks[tasks[i]].pid))
			return true;
	return false;
}

static bool explained_in_scope(const struct hearing *hearing, const struct explained *explained)
{
	return tasks_in_scope(hearing, explained->tasks, explained->task_count) ||
	       tasks_in_scope(hearing, explained->victims, explained->victim_count);
}

/* True if the finding is what was reported before. */
static bool deadlock_is_same(const struct hearing *hearing, const struct deadlock *known,
			     const struct explained *explained)
{
	if (known->certainty != explained->certainty || known->cause_count != explained->task_count)
		return false;
	for (size_t i = 0; i < known->cause_count; i++) {
		const struct look_task *task = &hearing->look->tasks[explained->tasks[i]];

		if (known->causes[i].task.tid != task->tid ||
		    known->causes[i].task.start_ns != task->start_ns)
			return false;
	}
	return true;
}

/* True if the deadlock seemed gone at this look, which it is not: another of its causes has ended.
 */
static bool gone_recall(struct judge *judge, uint64_t id)
{
	for (size_t i = 0; i < judge->gone_count; i++) {
		if (judge->gone[i]->id != id)
			continue;
		deadlock_free(judge->gone[i]);
		judge->gone[i] = judge->gone[--judge->gone_count];
		return true;
	}
	return false;
}

/* One explained cause: known already, or written up and reported. */
static int finding_take(struct hearing *hearing, struct writer *writer,
			const struct explained *explained)
{
	struct judge *judge = hearing->judge;
	uint64_t id = deadlock_id(&hearing->graph, explained);
	const struct deadlock *known = active_find(&judge->active, id);

	if (known && (deadlock_is_same(hearing, known, explained) ||
		      known->found_ns == hearing->look->start_ns))
		return 0;

	struct deadlock **found =
		reallocarray(judge->found, judge->found_count + 1, sizeof(*found));

	if (!found)
		return -ENOMEM;
	judge->found = found;

	struct deadlock *deadlock = writer_write(writer, explained);

	/* a kind that changed its mind meanwhile: nothing is proven, the next look will tell */
	if (!deadlock)
		return 0;
	if (!known && !gone_recall(judge, id))
		judge->stats.detected[deadlock->verdict]++;
	if (active_put(&judge->active, deadlock)) {
		deadlock_free(deadlock);
		return -ENOMEM;
	}
	judge->found[judge->found_count++] = deadlock;
	return 0;
}

/* What stood before and has ended: one of its causes has run. */
static int resolved_collect(struct hearing *hearing)
{
	struct judge *judge = hearing->judge;

	judge->gone = calloc(judge->active.count + 1, sizeof(*judge->gone));
	if (!judge->gone)
		return -ENOMEM;
	for (size_t i = judge->active.count; i--;)
		if (!deadlock_stands(judge->active.items[i], hearing->look))
			judge->gone[judge->gone_count++] = active_remove(&judge->active, i);
	return 0;
}

int hearing_collect_findings(struct hearing *hearing)
{
	struct judge *judge = hearing->judge;
	struct writer writer;
	int err = resolved_collect(hearing);

	if (err || !hearing->explanation.count)
		return err;
	err = writer_init(&writer, &hearing->context, &judge->options.kinds, &judge->progress,
			  judge->options.stacks);
	if (err)
		return err;
	for (uint32_t i = 0; i < hearing->explanation.count && !err; i++)
		if (explained_in_scope(hearing, &hearing->explanation.items[i]))
			err = finding_take(hearing, &writer, &hearing->explanation.items[i]);
	writer_deinit(&writer);
	return err;
}
