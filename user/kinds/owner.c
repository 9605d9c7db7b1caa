/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lock that names its owner. Nobody else may release it, so the owner alone
 * ends the wait, whoever else runs in its process.
 *
 * An owner that is no task with access to the lock will never release it: it
 * has ended, or fork() copied the lock while another thread held it. One heir
 * remains after fork(): the child's first thread stands for the one that called
 * it, and may unlock what that one held (pthread_atfork(3)). Memory that is new
 * since execve() has no heir, and whoever is younger than the child did not call
 * fork(). The younger has the higher number, until numbers begin anew: that alone
 * proves nothing.
 *
 * If the tid was used again meanwhile, the new thread is taken for the owner:
 * one way on too many.
 */
#include "kinds/owner.h"

#include "kinds/futex_call.h"
#include "kinds/mappers.h"
#include "kinds/reasons.h"

#define OWNER_FLAGS (EDGE_CAN_END | EDGE_HOLDER)

/* What the parts below need of one wait. */
struct owned_wait {
	const struct kind_context *context;
	const struct look_task *task;
	const struct futex_call *call;
	const struct owner_word *word;
	uint32_t owner; /* task, or NO_TASK */
	struct wait_builder *b;
};

static void saw_owner(struct owned_wait *w, const char *meaning)
{
	wait_saw_own_memory(w->b, w->task, w->word->address, &w->word->bytes,
			    sizeof(w->word->bytes), meaning);
}

static void owner_edge(struct owned_wait *w)
{
	wait_edge_or_open(w->b, w->owner, RELATION_HOLDS, OWNER_FLAGS);
	saw_owner(w, "its owner");
}

static const struct look_task *process_leader(const struct owned_wait *w)
{
	uint32_t leader = look_find(w->context->look, w->task->pid);

	return leader == NO_TASK ? NULL : &w->context->look->tasks[leader];
}

static uint32_t number_of(const struct look_task *task)
{
	return task->ns_level ? task->ns_tid : task->tid;
}

/*
 * By custom: if its number is lower, or is none of the child's namespace, or numbers began anew
 * between the child and its parent.
 */
static bool owner_is_older(const struct owned_wait *w, const struct look_task *leader)
{
	uint32_t found = look_find(w->context->look, leader->ppid);
	const struct look_task *parent = found == NO_TASK ? NULL : &w->context->look->tasks[found];

	if (parent && parent->pid_ns && parent->pid_ns != leader->pid_ns)
		return true;
	return w->word->tid < number_of(leader) ||
	       (parent && number_of(parent) > number_of(leader));
}

/* The child's first thread, if the owner can be the one that called fork(). */
static void heir_edge(struct owned_wait *w)
{
	const struct look_task *leader = process_leader(w);

	if (w->word->checked || !leader || leader == w->task ||
	    leader->flags & (TASK_DEAD | TASK_EXECED))
		return;
	wait_edge_or_open(w->b, leader - w->context->look->tasks, RELATION_MAY_WAKE,
			  owner_is_older(w, leader) ? OWNER_FLAGS : EDGE_CAN_END);
	memory_saw_count(w->context, w->task, w->b);
}

/* `space` tells apart owners of the same tid whose locks are different memory. */
static void gone_edge(struct owned_wait *w, uint64_t space)
{
	uint64_t b = space & ~(DEAD_LEFT_BEHIND | DEAD_UNNAMED);

	/* In another PID namespace the number means nothing to us. */
	if (w->task->ns_level)
		b |= DEAD_UNNAMED;
	wait_edge_or_open(w->b, graph_dead(w->context->graph, w->word->tid, b), RELATION_HOLDS,
			  OWNER_FLAGS);
	saw_owner(w, "its owner, which is no longer there");
}

/* The owner lives in another process; it did so before this one was forked, or its tid is new. */
static void left_behind_edge(struct owned_wait *w)
{
	const struct look_task *owner = &w->context->look->tasks[w->owner];
	const struct look_task *leader = process_leader(w);
	uint64_t b = mix64(0, owner->start_ns) & ~DEAD_UNNAMED;

	if (owner->start_ns > (leader ? leader : w->task)->start_ns)
		return gone_edge(w, mix64(0, w->task->mm));
	wait_edge_or_open(w->b, graph_dead(w->context->graph, owner->tid, b | DEAD_LEFT_BEHIND),
			  RELATION_HOLDS, OWNER_FLAGS);
	saw_owner(w, "its owner, a thread of another process: fork() copied the lock");
}

bool owner_is_near(const struct kind_context *context, const struct look_task *task, uint32_t owner)
{
	const struct look_task *there = &context->look->tasks[owner];

	return there->pid == task->pid || (task->mm && there->mm == task->mm);
}

static enum cost resolve_private(struct owned_wait *w, enum cost budget)
{
	const struct look_task *task = w->task;

	if (w->owner != NO_TASK && owner_is_near(w->context, task, w->owner)) {
		owner_edge(w);
		return COST_DONE;
	}
	/* Shared memory, but a wait that only its own process can end: made without pshared, and
	 * the owner's process will not wake it. */
	if (task->object_flags & OBJECT_SHARED)
		return futex_wakers(w->context, task, w->call, budget, w->b, RELATION_MAY_WAKE);

	uint32_t memory = task->mm ? graph_memory(w->context->graph, task->mm) : NO_NODE;

	/* A thread that was not found could be the owner. */
	if (memory == NO_NODE)
		wait_open(w->b, OPEN_UNREADABLE);
	else
		wait_open_like_group(w->b, memory);
	if (w->owner != NO_TASK)
		left_behind_edge(w);
	else
		gone_edge(w, mix64(0, task->mm));
	memory_saw_count(w->context, task, w->b);
	heir_edge(w);
	return COST_DONE;
}

/* True if all members are processes of the waiter's PID namespace, in which the tid is meant. */
static bool same_namespace(const struct owned_wait *w, const struct group *group)
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

static bool owner_is_member(const struct owned_wait *w, const struct group *group)
{
	const struct graph *graph = w->context->graph;

	for (uint32_t m = 0; m < group->member_count; m++)
		if (graph_group(graph, graph->members[group->first_member + m])->a ==
		    graph->look->tasks[w->owner].pid)
			return true;
	return false;
}

static bool owner_is_dead(const struct owned_wait *w)
{
	return w->context->look->tasks[w->owner].flags & TASK_DEAD;
}

static enum cost resolve_shared(struct owned_wait *w, enum cost budget)
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

bool owner_find(const struct kind_context *context, const struct look_task *task, uint32_t tid,
		uint32_t *ret_owner)
{
	bool known = false;
	uint32_t viewer = look_find(context->look, task->tid);

	if (viewer != NO_TASK)
		*ret_owner = look_find_in_namespace(context->look, viewer, tid, &known);
	return known;
}

enum cost owner_resolve(const struct kind_context *context, const struct look_task *task,
			const struct futex_call *call, const struct owner_word *word,
			enum cost budget, struct wait_builder *b)
{
	struct owned_wait w = { .context = context,
				.task = task,
				.call = call,
				.word = word,
				.owner = NO_TASK,
				.b = b };

	if (!owner_find(context, task, word->tid, &w.owner)) {
		wait_open(b, OPEN_UNREADABLE);
		return COST_DONE;
	}
	switch (futex_call_scope(task, call)) {
	case FUTEX_SCOPE_MEMORY:
		return resolve_private(&w, budget);
	case FUTEX_SCOPE_FILE:
		return resolve_shared(&w, budget);
	default:
		return COST_DONE;
	}
}
