/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pthread_mutex_lock(). The mutex names its owner, and nobody else may unlock
 * it, so the owner alone ends the wait, whoever else runs in its process.
 *
 * An owner that is no task with access to the mutex will never unlock it: it
 * has ended, or fork() copied the mutex while another thread held it. One heir
 * remains after fork(): the child's first thread stands for the one that called
 * it, and may unlock what that one held (pthread_atfork(3)).
 *
 * If the tid was used again meanwhile, the new thread is taken for the owner:
 * one way on too many.
 */
#include "kinds/futex_call.h"
#include "kinds/kinds.h"
#include "kinds/mappers.h"
#include "kinds/mutex_word.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"

#define OWNER_FLAGS (EDGE_CAN_END | EDGE_HOLDER)

/* What the parts below need of one wait. */
struct mutex_wait {
	const struct kind_context *context;
	const struct look_task *task;
	struct futex_call call;
	struct mutex_word word;
	uint32_t owner; /* task, or NO_TASK */
	struct wait_builder *b;
};

static bool mutex_recognise(const struct kind_context *context, const struct look_task *task)
{
	struct futex_call call;
	struct mutex_word word;

	return mutex_word_decode(context, task, &call, &word);
}

static void saw_owner(struct mutex_wait *w, const char *meaning)
{
	wait_saw_own_memory(w->b, w->task, w->call.address + MUTEX_OWNER_OFFSET, &w->word.owner,
			    sizeof(w->word.owner), meaning);
}

static void owner_edge(struct mutex_wait *w)
{
	wait_edge_or_open(w->b, w->owner, RELATION_HOLDS, OWNER_FLAGS);
	saw_owner(w, "the mutex's owner");
}

static const struct look_task *process_leader(const struct mutex_wait *w)
{
	uint32_t leader = look_find(w->context->look, w->task->pid);

	return leader == NO_TASK ? NULL : &w->context->look->tasks[leader];
}

/* The child's first thread, if the owner can be the one that called fork(): then it is older. */
static void heir_edge(struct mutex_wait *w)
{
	const struct look_task *leader = process_leader(w);

	if (!leader || leader == w->task || leader->flags & TASK_DEAD)
		return;
	if (w->word.owner >= (leader->ns_level ? leader->ns_tid : leader->tid))
		return;
	wait_edge_or_open(w->b, leader - w->context->look->tasks, RELATION_MAY_WAKE, OWNER_FLAGS);
	memory_saw_count(w->context, w->task, w->b);
}

/* `space` tells apart owners of the same tid whose mutexes are different memory. */
static void gone_edge(struct mutex_wait *w, uint64_t space)
{
	uint64_t b = space & ~(DEAD_LEFT_BEHIND | DEAD_UNNAMED);

	/* In another PID namespace the number means nothing to us. */
	if (w->task->ns_level)
		b |= DEAD_UNNAMED;
	wait_edge_or_open(w->b, graph_dead(w->context->graph, w->word.owner, b), RELATION_HOLDS,
			  OWNER_FLAGS);
	saw_owner(w, "the mutex's owner, which is no longer there");
}

/* The owner lives in another process; it did so before this one was forked, or its tid is new. */
static void left_behind_edge(struct mutex_wait *w)
{
	const struct look_task *owner = &w->context->look->tasks[w->owner];
	const struct look_task *leader = process_leader(w);
	uint64_t b = mix64(0, owner->start_ns) & ~DEAD_UNNAMED;

	if (owner->start_ns > (leader ? leader : w->task)->start_ns)
		return gone_edge(w, mix64(0, w->task->mm));
	wait_edge_or_open(w->b, graph_dead(w->context->graph, owner->tid, b | DEAD_LEFT_BEHIND),
			  RELATION_HOLDS, OWNER_FLAGS);
	saw_owner(w, "the mutex's owner, a thread of another process: fork() copied the mutex");
}

static enum cost resolve_private(struct mutex_wait *w)
{
	const struct look_task *task = w->task;
	const struct look_task *owner =
		w->owner == NO_TASK ? NULL : &w->context->look->tasks[w->owner];

	if (owner && (owner->pid == task->pid || (task->mm && owner->mm == task->mm))) {
		owner_edge(w);
		return COST_DONE;
	}

	uint32_t memory = task->mm ? graph_memory(w->context->graph, task->mm) : NO_NODE;

	/* A thread that was not found could be the owner. */
	if (memory == NO_NODE)
		wait_open(w->b, OPEN_UNREADABLE);
	else
		wait_open_like_group(w->b, memory);
	if (owner)
		left_behind_edge(w);
	else
		gone_edge(w, mix64(0, task->mm));
	memory_saw_count(w->context, task, w->b);
	heir_edge(w);
	return COST_DONE;
}

/* True if all members are processes of the waiter's PID namespace, in which the tid is meant. */
static bool same_namespace(const struct mutex_wait *w, const struct group *group)
{
	const struct graph *graph = w->context->graph;

	for (uint32_t m = 0; m < group->member_count; m++) {
		const struct group *process =
			graph_group(graph, graph->members[group->first_member + m]);
		uint32_t task = graph->members[process->first_member];

		if (graph->look->tasks[task].pid_ns != w->task->pid_ns)
			return false;
	}
	return true;
}

static bool owner_is_member(const struct mutex_wait *w, const struct group *group)
{
	const struct graph *graph = w->context->graph;

	for (uint32_t m = 0; m < group->member_count; m++)
		if (graph_group(graph, graph->members[group->first_member + m])->a ==
		    graph->look->tasks[w->owner].pid)
			return true;
	return false;
}

static bool owner_is_dead(const struct mutex_wait *w)
{
	return w->context->look->tasks[w->owner].flags & TASK_DEAD;
}

static enum cost resolve_shared(struct mutex_wait *w, enum cost budget)
{
	if (w->owner != NO_TASK)
		owner_edge(w);
	if (budget < COST_TABLE)
		return COST_TABLE;

	uint32_t node;
	int error = mappers_group(w->context, w->task, &node);

	if (error) {
		wait_open_error(w->b, error);
		return COST_DONE;
	}

	const struct group *group = graph_group(w->context->graph, node);

	if (!same_namespace(w, group))
		wait_open(w->b, OPEN_UNREADABLE);
	if (w->owner != NO_TASK && !owner_is_dead(w)) {
		/* Whoever bears the owner's tid now cannot have taken it. */
		if (!owner_is_member(w, group))
			wait_open(w->b, OPEN_UNKNOWN_FUTEX);
		return COST_DONE;
	}
	wait_open_like_group(w->b, node);
	/* A zombie maps nothing any more; whether it was the owner or only bears its tid, nobody
	 * is left. */
	if (w->owner != NO_TASK)
		return COST_DONE;
	if (w->context->look->incomplete & (1u << INCOMPLETE_HIDDEN_TASKS))
		wait_open(w->b, OPEN_CENSUS);
	gone_edge(w, mix64(w->task->object_dev, w->task->object_inode));
	mappers_saw_count(w->context, w->task, w->b);
	return COST_DONE;
}

static enum cost resolve_owned(struct mutex_wait *w, enum cost budget)
{
	bool known = false;
	uint32_t viewer = look_find(w->context->look, w->task->tid);

	if (viewer != NO_TASK)
		w->owner = look_find_in_namespace(w->context->look, viewer, w->word.owner, &known);
	if (!known) {
		wait_open(w->b, OPEN_UNREADABLE);
		return COST_DONE;
	}
	switch (futex_call_scope(w->task, &w->call)) {
	case FUTEX_SCOPE_MEMORY:
		return resolve_private(w);
	case FUTEX_SCOPE_FILE:
		return resolve_shared(w, budget);
	default:
		return COST_DONE;
	}
}

static enum cost mutex_resolve(const struct kind_context *context, const struct look_task *task,
			       enum cost budget, struct wait_builder *b)
{
	struct mutex_wait w = { .context = context, .task = task, .owner = NO_TASK, .b = b };

	if (!mutex_word_decode(context, task, &w.call, &w.word)) {
		wait_open(b, OPEN_BUSY);
		return COST_DONE;
	}
	if (w.call.timed) {
		wait_open(b, OPEN_TIMED);
		return COST_DONE;
	}
	futex_call_object(task, &w.call, b);
	futex_call_saw(task, &w.call, b, MUTEX_HEAD_LEN,
		       "pthread_mutex_t: lock, count, owner, users, kind");
	/* Free and about to be taken, or taken and not yet marked; a lost wake-up looks so, too. */
	if (!w.word.lock || !w.word.owner)
		return futex_wakers(context, task, &w.call, budget, b, RELATION_MAY_WAKE);

	/* No handler may unlock a mutex, and none makes pthread_mutex_lock() return. */
	return resolve_owned(&w, budget);
}

static void mutex_describe(const struct kind_context *context, const struct look_task *task,
			   char *ret, size_t size)
{
	(void)context;
	futex_call_describe(task, "mutex", ret, size);
}

const struct kind mutex_kind = {
	.kind = WAIT_MUTEX,
	.wchan = futex_wchan,
	.recognise = mutex_recognise,
	.resolve = mutex_resolve,
	.describe = mutex_describe,
};
