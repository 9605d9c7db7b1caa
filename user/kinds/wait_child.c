/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wait4() and waitid(): a child's end ends the wait (kernel/exit.c). A thread
 * waits for the children of its whole process; with tracees it also hears of
 * their stops, and who waits for any child may be given new ones by its own
 * threads.
 */
#include <inttypes.h>
#include <linux/wait.h>
#include <stdio.h>

#include "kinds/children.h"
#include "kinds/file_call.h"
#include "kinds/kinds.h"
#include "kinds/mappers.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"

#define CHILD_FLAGS (EDGE_CAN_END | EDGE_HOLDER)

enum child_set {
	CHILD_ONE,   /* by number */
	CHILD_PIDFD, /* by descriptor */
	CHILD_GROUP, /* by process group, which the look does not know */
	CHILD_ANY,
	CHILD_UNKNOWN,
};

struct child_call {
	enum child_set set;
	int32_t id;	  /* pid in the waiter's namespace, or descriptor */
	bool not_for_end; /* waitid() for stops only */
};

static struct child_call decode_wait4(const struct look_task *task)
{
	int32_t pid = (int32_t)task->args[0];

	if (pid > 0)
		return (struct child_call){ .set = CHILD_ONE, .id = pid };
	return (struct child_call){ .set = pid == -1 ? CHILD_ANY : CHILD_GROUP };
}

static struct child_call decode_waitid(const struct look_task *task)
{
	struct child_call call = {
		.id = (int32_t)task->args[1],
		.not_for_end = !(task->args[3] & WEXITED),
	};

	switch ((int32_t)task->args[0]) {
	case P_PID:
		call.set = CHILD_ONE;
		break;
	case P_ALL:
		call.set = CHILD_ANY;
		break;
	case P_PGID:
		call.set = CHILD_GROUP;
		break;
	case P_PIDFD:
		call.set = CHILD_PIDFD;
		break;
	default:
		call.set = CHILD_UNKNOWN;
	}
	return call;
}

static struct child_call decode(const struct look_task *task)
{
	return call_of(task) == CALL_WAIT4 ? decode_wait4(task) : decode_waitid(task);
}

/* One certain process. It must be a living child, or the call would have returned. */
static void resolve_process(const struct kind_context *context, const struct look_task *task,
			    const struct process *child, struct wait_builder *b)
{
	if (!child || child->ppid != task->pid || process_is_dead(context->look, child)) {
		wait_open(b, OPEN_BUSY);
		return;
	}
	wait_object(b, task->pid_ns, child->pid, 0);
	child_edge(context, task, child, b, RELATION_CHILD, CHILD_FLAGS);
}

/* The only child in a namespace below the waiter's, where it has another number. */
static const struct process *only_nested_child(const struct look *look,
					       const struct look_task *task)
{
	const struct process *found = NULL;
	uint32_t first, count = look_children(look, task->pid, &first);

	for (uint32_t i = 0; i < count; i++) {
		const struct process *child = &look->processes[look->by_parent[first + i]];

		if (look->tasks[child->first].ns_level <= task->ns_level)
			continue;
		if (found)
			return NULL;
		found = child;
	}
	return found;
}

static void resolve_one(const struct kind_context *context, const struct look_task *task,
			int32_t number, struct wait_builder *b)
{
	const struct look *look = context->look;
	uint32_t viewer = look_find(look, task->tid);
	bool known = false;
	uint32_t child =
		viewer == NO_TASK ? NO_TASK : look_find_in_namespace(look, viewer, number, &known);

	if (!known)
		wait_open(b, OPEN_UNREADABLE);
	else if (child == NO_TASK && only_nested_child(look, task))
		resolve_process(context, task, only_nested_child(look, task), b);
	else if (child == NO_TASK)
		wait_open(b, OPEN_BUSY);
	else
		resolve_process(context, task, look_process(look, look->tasks[child].pid), b);
}

static enum cost resolve_pidfd(const struct kind_context *context, const struct look_task *task,
			       int32_t fd, enum cost budget, struct wait_builder *b)
{
	if (budget < COST_READ)
		return COST_READ;

	const struct open_file *file;
	int error = file_of_call(context, task, fd, &file);

	if (error)
		wait_open_error(b, error);
	else if (file->kind != FILE_PIDFD)
		wait_open(b, OPEN_BUSY);
	else
		resolve_process(context, task, look_process(context->look, file->target), b);
	return COST_DONE;
}

/*
 * Whether orphans among its descendants become the waiter's children, which takes a grandchild:
 * its process asked for it (PR_SET_CHILD_SUBREAPER; kernel/exit.c, find_new_reaper()).
 */
static bool may_adopt(const struct look *look, const struct look_task *task)
{
	uint32_t first, count = look_children(look, task->pid, &first), unused;

	for (uint32_t i = 0; task->flags & TASK_SUBREAPER && i < count; i++)
		if (look_children(look, look->processes[look->by_parent[first + i]].pid, &unused))
			return true;
	return false;
}

/*
 * For a process group all children stand in the place of its members: some ways on too many, so
 * nobody is held responsible. Nor is anybody where a child may come to it that nobody waits for
 * yet.
 */
static void resolve_many(const struct kind_context *context, const struct look_task *task,
			 bool exact, struct wait_builder *b)
{
	const struct look *look = context->look;
	uint32_t own = look_find(look, task->pid);
	bool adopts = may_adopt(look, task);

	wait_object(b, task->pid_ns, task->pid, 1 + exact);
	if (children_ended(context, task) ||
	    !children_edge(context, task, b, RELATION_CHILD,
			   exact && !adopts ? CHILD_FLAGS : EDGE_CAN_END)) {
		wait_open(b, OPEN_BUSY);
		return;
	}
	if (task->threads > 1)
		memory_edge(context, task, b, RELATION_MAY_WAKE);
	/* A namespace's first process is given every orphan in it. */
	if (adopts || task->pid == 1 || (own != NO_TASK && look->tasks[own].ns_pid == 1))
		wait_open(b, OPEN_ALIVE);
}

static enum cost wait_child_resolve(const struct kind_context *context,
				    const struct look_task *task, enum cost budget,
				    struct wait_builder *b)
{
	struct child_call call = decode(task);
	enum cost next = COST_DONE;

	if (call.not_for_end || children_traced(context, task)) {
		wait_open(b, OPEN_STOPPED);
		return COST_DONE;
	}
	switch (call.set) {
	case CHILD_ONE:
		resolve_one(context, task, call.id, b);
		break;
	case CHILD_PIDFD:
		next = resolve_pidfd(context, task, call.id, budget, b);
		if (next)
			return next;
		break;
	case CHILD_GROUP:
	case CHILD_ANY:
		resolve_many(context, task, call.set == CHILD_ANY, b);
		break;
	case CHILD_UNKNOWN:
		wait_open(b, OPEN_UNKNOWN_CALL);
		return COST_DONE;
	}
	return signals_resolve(context, task, budget, b, HANDLER_MAY_INTERRUPT);
}

static void wait_child_describe(const struct kind_context *context, const struct look_task *task,
				char *ret, size_t size)
{
	struct child_call call = decode(task);

	(void)context;
	switch (call.set) {
	case CHILD_ONE:
		snprintf(ret, size, "child %" PRId32, call.id);
		break;
	case CHILD_PIDFD:
		snprintf(ret, size, "child of pidfd %" PRId32, call.id);
		break;
	case CHILD_GROUP:
		snprintf(ret, size, "any child of a process group");
		break;
	default:
		snprintf(ret, size, "any child");
	}
}

static bool wait4_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	return call_of(task) == CALL_WAIT4;
}

static bool waitid_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	return call_of(task) == CALL_WAITID;
}

static const char *const wait_child_wchan[] = {
	"do_wait", "__do_wait", "kernel_wait", "__do_sys_wait", "do_sys_wait", NULL,
};

const struct kind wait4_kind = {
	.kind = WAIT_WAIT4,
	.wchan = wait_child_wchan,
	.recognise = wait4_recognise,
	.resolve = wait_child_resolve,
	.describe = wait_child_describe,
};

const struct kind waitid_kind = {
	.kind = WAIT_WAITID,
	.wchan = wait_child_wchan,
	.recognise = waitid_recognise,
	.resolve = wait_child_resolve,
	.describe = wait_child_describe,
};
