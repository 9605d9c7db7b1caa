/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening a fifo waits for somebody to open the other end (fifo(7)), who finds it
 * by its name: anybody. There is no descriptor yet, so only where the task sleeps
 * tells that it is a fifo that it opens.
 */
#include <stdio.h>
#include <string.h>

#include "kinds/kinds.h"
#include "core/affix.h"
#include "kinds/reasons.h"

static enum cost fifo_open_resolve(const struct kind_context *context, const struct look_task *task,
				   enum cost budget, struct wait_builder *b)
{
	const char *wchan;

	if (budget < COST_READ)
		return COST_READ;

	int error = probe_wchan(context->probe, task->tid, &wchan);

	if (error) {
		wait_open_error(b, error);
	} else if (begins_with(wchan, "wait_for_partner") || begins_with(wchan, "fifo_open")) {
		wait_open_clients(b);
	} else {
		b->wait->kind = WAIT_OTHER;
		wait_open(b, OPEN_UNKNOWN_CALL);
	}
	return COST_DONE;
}

static uint64_t path_address(const struct look_task *task)
{
	return task->args[call_of(task) == CALL_OPENAT];
}

static void fifo_open_describe(const struct kind_context *context, const struct look_task *task,
			       char *ret, size_t size)
{
	char path[64];

	/* as much as there is, up to the end of the page at the worst */
	for (size_t length = sizeof(path) - 1; length; length /= 2) {
		if (probe_memory(context->probe, task->pid, path_address(task), path, length))
			continue;
		path[length] = '\0';
		snprintf(ret, size, "fifo %s", path);
		return;
	}
	snprintf(ret, size, "fifo");
}

static bool fifo_open_recognise(const struct kind_context *context, const struct look_task *task)
{
	enum call call = call_of(task);

	(void)context;
	return call == CALL_OPEN || call == CALL_OPENAT;
}

static const char *const fifo_open_wchan[] = { "wait_for_partner", "fifo_open", NULL };

const struct kind fifo_open_kind = {
	.kind = WAIT_FIFO_OPEN,
	.wchan = fifo_open_wchan,
	.recognise = fifo_open_recognise,
	.resolve = fifo_open_resolve,
	.describe = fifo_open_describe,
};
