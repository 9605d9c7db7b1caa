/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * semop() and semtimedop(). The operations of a call are done all or none, in
 * their order (ipc/sem.c: perform_atomic_semop()): the first that cannot be done
 * with the values as they are is the one that is waited for, and whatever the
 * others need, nothing goes on before that semaphore changes.
 *
 * A set is named by its key and id, and whoever has the permission may operate
 * on it. Only custom tells who will: of a semaphore at 0 whoever took the last
 * unit, of one that is to become 0 whoever gave it its value (sempid).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "kinds/kinds.h"
#include "kinds/last_operator.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"

#define OPERATIONS_MOST 32
#define USERS_MOST	64
#define SEM_CALLS	(CALL_BIT(CALL_SEMOP) | CALL_BIT(CALL_SEMTIMEDOP))

/* include/uapi/linux/sem.h */
struct operation {
	uint16_t number;
	int16_t units;
	int16_t flags;
};

struct blocked_operation {
	struct operation operation;
	uint64_t address;
	struct sysv_semaphore semaphore;
};

static int operations_read(const struct probe *probe, const struct look_task *task,
			   struct operation ret[OPERATIONS_MOST], uint32_t *ret_count)
{
	uint32_t count = (uint32_t)task->args[2];
	int err;

	if (!count || count > OPERATIONS_MOST)
		return -1;
	err = probe_memory(probe, task->pid, task->args[1], ret, count * sizeof(*ret));
	if (!err)
		*ret_count = count;
	return err;
}

/* What earlier operations of the same call would make of the value. */
static int64_t value_after(const struct operation *operations, uint32_t at, uint32_t value)
{
	int64_t result = value;

	for (uint32_t i = 0; i < at; i++)
		if (operations[i].number == operations[at].number)
			result += operations[i].units;
	return result;
}

/* 0 or -errno; *ret_found is false if all could be done: it is about to wake up. */
static int find_blocked(const struct kind_context *context, const struct look_task *task,
			struct blocked_operation *ret, bool *ret_found)
{
	struct operation operations[OPERATIONS_MOST];
	uint32_t count = 0;
	int err = operations_read(context->probe, task, operations, &count);

	*ret_found = false;
	for (uint32_t i = 0; i < count && !err && !*ret_found; i++) {
		const struct sysv_semaphore *semaphore;

		err = probe_semaphore(context->probe, task->pid, (uint32_t)task->args[0],
				      operations[i].number, &semaphore);
		if (err)
			break;

		int64_t value = value_after(operations, i, semaphore->value);
		int units = operations[i].units;

		*ret_found = units ? value + units < 0 : value != 0;
		*ret = (struct blocked_operation){
			.operation = operations[i],
			.address = task->args[1] + i * sizeof(*operations),
			.semaphore = *semaphore,
		};
	}
	return err;
}

/* Somebody who waits for the same semaphore gives nothing to it before he is given something. */
static bool waits_for_same(const struct kind_context *context, const struct look_task *other,
			   uint32_t number)
{
	struct operation operations[OPERATIONS_MOST];
	uint32_t count = 0;

	return !operations_read(context->probe, other, operations, &count) && count == 1 &&
	       operations[0].number == number;
}

/*
 * Others' ids may be those of another IPC namespace, where that set may have no semaphore of that
 * number; who cannot be asked counts as a user.
 */
static bool is_same_set(const struct kind_context *context, const struct look_task *other,
			const struct blocked_operation *blocked)
{
	const struct sysv_semaphore *theirs;

	int err = probe_semaphore(context->probe, other->pid, (uint32_t)other->args[0],
				  blocked->operation.number, &theirs);

	if (err == -ESRCH)
		return false;
	return err || theirs->space == blocked->semaphore.space;
}

/* True if another process than the waiter and the last operator is known to use the set. */
static bool has_other_users(const struct kind_context *context, const struct look_task *task,
			    const struct blocked_operation *blocked)
{
	const struct look_task *users[USERS_MOST];
	uint32_t count = operators_asleep(context, task, SEM_CALLS, users, USERS_MOST);

	if (count == USERS_MOST)
		return true;
	for (uint32_t i = 0; i < count; i++)
		if (users[i]->pid != blocked->semaphore.last &&
		    is_same_set(context, users[i], blocked) &&
		    !waits_for_same(context, users[i], blocked->operation.number))
			return true;
	return false;
}

static enum cost sysv_sem_resolve(const struct kind_context *context, const struct look_task *task,
				  enum cost budget, struct wait_builder *b)
{
	struct blocked_operation blocked;
	bool found;

	if (call_of(task) == CALL_SEMTIMEDOP && task->args[3]) {
		wait_open(b, OPEN_TIMED);
		return COST_DONE;
	}
	if (budget < COST_TABLE)
		return COST_TABLE;

	int err = find_blocked(context, task, &blocked, &found);

	if (err)
		wait_open_error(b, err);
	else if (!found)
		wait_open(b, OPEN_BUSY);
	if (err || !found)
		return COST_DONE;
	wait_object(b, blocked.semaphore.space, (uint32_t)task->args[0], blocked.operation.number);
	wait_saw_own_memory(b, task, blocked.address, &blocked.operation, sizeof(blocked.operation),
			    "struct sembuf: the semaphore that is waited for, and how many units");
	if (last_operator_edge(context, task, blocked.semaphore.last,
			       has_other_users(context, task, &blocked), RELATION_HOLDS, b)) {
		char what[96];

		snprintf(what, sizeof(what), "last operator of semaphore %u of set %" PRIu32,
			 blocked.operation.number, (uint32_t)task->args[0]);
		wait_saw_count(b, what, blocked.semaphore.last, blocked.semaphore.last,
			       "the process that changed it last (sempid)");
	}
	return signals_resolve(context, task, budget, b, HANDLER_MAY_END);
}

static void sysv_sem_describe(const struct kind_context *context, const struct look_task *task,
			      char *ret, size_t size)
{
	struct blocked_operation blocked;
	bool found;
	uint32_t id = (uint32_t)task->args[0];

	if (find_blocked(context, task, &blocked, &found) || !found)
		snprintf(ret, size, "semaphore set %" PRIu32, id);
	else
		snprintf(ret, size, "semaphore %u of set %" PRIu32 "%s", blocked.operation.number,
			 id, blocked.operation.units ? "" : " to be 0");
}

static bool sysv_sem_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	return SEM_CALLS & CALL_BIT(call_of(task));
}

/* ipc/sem.c */
static const char *const sysv_sem_wchan[] = { "do_semtimedop", "__do_semtimedop", "ksys_semtimedop",
					      NULL };

const struct kind sysv_sem_kind = {
	.kind = WAIT_SYSV_SEM,
	.wchan = sysv_sem_wchan,
	.recognise = sysv_sem_recognise,
	.resolve = sysv_sem_resolve,
	.describe = sysv_sem_describe,
};
