/* SPDX-License-Identifier: BSD-2-Clause */
#include "kinds/last_operator.h"

#include "kinds/reasons.h"

bool last_operator_edge(const struct kind_context *context, const struct look_task *task,
			uint32_t last, bool others, enum relation relation, struct wait_builder *b)
{
	const struct process *process = last ? look_process(context->look, last) : NULL;

	if (!process || last == task->pid || others || process_is_dead(context->look, process)) {
		wait_open_clients(b);
		return false;
	}
	wait_open(b, OPEN_NAME);
	wait_edge_or_open(b, graph_process(context->graph, process), relation,
			  EDGE_CAN_END | EDGE_HOLDER);
	return true;
}

uint32_t operators_asleep(const struct kind_context *context, const struct look_task *task,
			  uint64_t calls, const struct look_task **ret_tasks, uint32_t most)
{
	const struct look *look = context->look;
	uint32_t count = 0;

	for (uint32_t i = 0; i < look->task_count && count < most; i++) {
		const struct look_task *other = &look->tasks[i];

		if (other->pid != task->pid && other->flags & TASK_SLEEPING &&
		    calls & CALL_BIT(call_of(other)) &&
		    (uint32_t)other->args[0] == (uint32_t)task->args[0])
			ret_tasks[count++] = other;
	}
	return count;
}
