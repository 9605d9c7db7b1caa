/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cheap first. Nearly every blocked task of a healthy system is cleared by what
 * the look brought. So every wait is first resolved from that alone, progress is
 * worked out, and only who is still stuck is asked about at the next price: a
 * read of its memory, the tables of open files and mappings, a search of a heap.
 *
 * That is sound because what a kind says at a low budget is a lower bound of the
 * ways on: progress is monotone, so a task that is able with some of the ways on
 * is able with all of them, and knowing more about it could not change that.
 *
 * What is not a matter of kinds is decided here: a task that is stopped, frozen,
 * about to take a signal, on its way out, or asleep somewhere else in the kernel
 * than its call would have it, is not blocked in that call.
 */
#include "core/resolve.h"

#include <errno.h>
#include <string.h>

#include "core/affix.h"
#include "core/meter.h"

/* Flags that make a task not blocked, and what its wait is then open for; the first that fits. */
static const struct {
	uint32_t flag;
	enum open_reason reason;
} not_blocked[] = {
	{ TASK_STOPPED, OPEN_STOPPED },
	{ TASK_TRACED, OPEN_STOPPED },
	{ TASK_FROZEN, OPEN_FROZEN },
	{ TASK_EXITING, OPEN_IN_KERNEL },
	{ TASK_SIGPENDING, OPEN_SIGNAL },
	{ TASK_ASYNC_IO, OPEN_IN_KERNEL },
	{ TASK_UNINTERRUPTIBLE, OPEN_IN_KERNEL },
};

/*
 * What sleeps uninterruptibly waits for the kernel or a device, but for two: vfork(), which waits
 * for the child (kernel/fork.c), and who waits for a lock that another task holds.
 */
static bool waits_for_task(const struct look_task *task)
{
	return call_of(task) == CALL_CLONE || task->blocker_kind != BLOCKER_NONE;
}

/* True if the task waits at all; *ret_reason is why it does so openly, OPEN_REASONS if the kinds
 * are to say. */
static bool task_waits(const struct look_task *task, enum open_reason *ret_reason)
{
	if (task->flags & (TASK_DEAD | TASK_KTHREAD | TASK_FROM_PROC | TASK_IO_WORKER))
		return false;
	*ret_reason = OPEN_REASONS;
	for (size_t i = 0; i < sizeof(not_blocked) / sizeof(not_blocked[0]); i++) {
		if (task->flags & not_blocked[i].flag &&
		    !(not_blocked[i].flag == TASK_UNINTERRUPTIBLE && waits_for_task(task))) {
			*ret_reason = not_blocked[i].reason;
			return true;
		}
	}
	if (!(task->flags & TASK_SLEEPING))
		return false;
	if (task->call < 0)
		*ret_reason = OPEN_IN_KERNEL;
	return true;
}

const struct kind *kind_find(const struct kind_table *kinds, enum wait_kind kind)
{
	for (size_t i = 0; i < kinds->count; i++)
		if (kinds->kinds[i]->kind == kind)
			return kinds->kinds[i];
	return NULL;
}

static const struct kind *kind_recognise(const struct kind_context *context,
					 const struct kind_table *kinds,
					 const struct look_task *task)
{
	for (size_t i = 0; i + 1 < kinds->count; i++)
		if (kinds->kinds[i]->recognise(context, task))
			return kinds->kinds[i];
	return kinds->kinds[kinds->count - 1];
}

/* An attached task that sleeps in a call of its own is not stopped. */
static enum wait_kind kind_of_open(const struct look_task *task)
{
	bool stopped = task->flags & TASK_TRACED && !(task->flags & TASK_SLEEPING);

	return stopped || task->flags & (TASK_STOPPED | TASK_FROZEN) ? WAIT_STOPPED : WAIT_OTHER;
}

/* A task asleep in another kernel function than its call's is in a page fault or the like. */
static void check_wchan(const struct kind_context *context, const struct kind *kind,
			const struct look_task *task, struct wait_builder *b)
{
	const char *name;

	/* of a file that the kind does not know nobody can say where one sleeps */
	if (!kind->wchan || b->wait->kind == WAIT_OTHER)
		return;

	int err = probe_wchan(context->probe, task->tid, &name);

	/* who tries again and again may be seen awake: what carries it is its holder's sleep */
	if (b->wait->retry && !err && !strcmp(name, "0"))
		return;
	if (err == -ESRCH || err == -ENOENT || (!err && !strcmp(name, "0"))) {
		wait_open(b, OPEN_BUSY);
		return;
	}
	if (err) {
		wait_open(b, OPEN_UNCOUNTED);
		return;
	}
	for (const char *const *prefix = kind->wchan; *prefix; prefix++)
		if (begins_with(name, *prefix))
			return;
	wait_open(b, OPEN_IN_KERNEL);
	b->wait->pending = COST_DONE;
}

/* What the object turns out to be may make it another kind's wait: that one is asked instead. */
static void resolve_wait(const struct kind_context *context, const struct kind_table *kinds,
			 enum cost budget, struct wait_builder *b)
{
	const struct look_task *task = &context->look->tasks[b->wait->task];
	const struct kind *kind = kind_find(kinds, b->wait->kind);

	b->wait->pending = kind->resolve(context, task, budget, b);
	if (b->wait->kind != kind->kind && b->wait->kind != WAIT_OTHER) {
		kind = kind_find(kinds, b->wait->kind);
		graph_begin_wait(context->graph, b->wait);
		b->wait->pending = kind->resolve(context, task, budget, b);
	}
	if (budget >= COST_READ)
		check_wchan(context, kind, task, b);
}

int resolve_again(const struct kind_context *context, const struct kind_table *kinds,
		  struct wait *wait, struct evidence_sink *sink)
{
	struct wait_builder b = { .graph = context->graph, .wait = wait, .sink = sink };

	if (!kind_find(kinds, wait->kind))
		return -ENOENT;
	graph_begin_wait(context->graph, wait);
	resolve_wait(context, kinds, COST_SEARCH, &b);
	return sink ? sink->error : 0;
}

/* Every wait at the price of the look. */
static int resolve_all(const struct kind_context *context, const struct kind_table *kinds,
		       uint8_t *waived)
{
	for (uint32_t i = 0; i < context->look->task_count; i++) {
		const struct look_task *task = &context->look->tasks[i];
		enum open_reason reason;

		if (!task_waits(task, &reason))
			continue;

		const struct kind *kind =
			reason == OPEN_REASONS ? kind_recognise(context, kinds, task) : NULL;
		struct wait *wait =
			graph_add_wait(context->graph, i, kind ? kind->kind : kind_of_open(task));
		struct wait_builder b = { .graph = context->graph, .wait = wait };

		if (!wait)
			return -ENOMEM;
		if (kind)
			resolve_wait(context, kinds, COST_LOOK, &b);
		else
			wait_open(&b, reason);
		/* a try is always young: it is dated by its object, which was not asked for yet */
		if (wait->retry)
			waived[i] = 0;
	}
	return 0;
}

/* Those who are stuck so far and about whom more can be asked at this price. Returns how many. */
static uint32_t resolve_suspects(const struct kind_context *context, const struct kind_table *kinds,
				 const struct progress *progress, enum cost budget,
				 struct meter *meter)
{
	struct graph *graph = context->graph;
	uint32_t count = 0;

	for (uint32_t i = 0; i < graph->wait_count; i++) {
		struct wait *wait = &graph->waits[i];
		struct wait_builder b = { .graph = graph, .wait = wait };
		bool more = wait->pending && wait->pending <= budget;
		bool cleared = progress_able(progress, wait->task, PROGRESS_CUSTOM);

		meter->allowed = cleared ? COST_READ : budget;
		if (cleared || (!more && budget != COST_READ))
			continue;
		graph_begin_wait(graph, wait);
		resolve_wait(context, kinds, budget, &b);
		count++;
	}
	return count;
}

static int progress_update(struct progress *progress, struct graph *graph, const uint8_t *waived)
{
	int err = graph_freeze(graph);

	return err ? err : progress_run(progress, graph, waived);
}

static int resolve_all_budgets(const struct kind_context *context, const struct kind_table *kinds,
			       uint8_t *waived, struct progress *progress,
			       struct resolve_stats *stats, struct meter *meter)
{
	struct graph *graph = context->graph;
	int err = resolve_all(context, kinds, waived);

	stats->resolved[COST_LOOK] += graph->wait_count;
	if (!err)
		err = progress_update(progress, graph, waived);
	for (enum cost budget = COST_READ; !err && budget < COST_LEVELS; budget++) {
		uint32_t count = resolve_suspects(context, kinds, progress, budget, meter);

		stats->resolved[budget] += count;
		if (count)
			err = progress_update(progress, graph, waived);
	}
	return err;
}

int resolve_look(const struct kind_context *context, const struct kind_table *kinds,
		 uint8_t *waived, struct progress *progress, struct resolve_stats *stats)
{
	/* to recognise a wait its task's memory may be read */
	struct meter meter = { .probe = context->probe, .allowed = COST_READ };
	const struct probe probe = meter_probe(&meter);
	struct kind_context metered = *context;

	metered.probe = &probe;

	int err = resolve_all_budgets(&metered, kinds, waived, progress, stats, &meter);

	for (enum cost cost = COST_LOOK; cost < COST_LEVELS; cost++)
		stats->asked[cost] += meter.asked[cost];
	stats->cleared_asked += meter.dear;
	return err;
}
