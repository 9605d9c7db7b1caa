/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/worker.h"

#include <errno.h>

static void (*const answer_of[QUESTION_TYPES])(struct worker *worker, struct exchange *exchange) = {
	[ASK_MEMORY] = memory_answer,
	[ASK_MAPPING] = mapping_answer,
	[ASK_DESCRIPTOR] = descriptor_answer,
	[ASK_HOLDERS] = holders_answer,
	[ASK_MAPPERS] = mappers_answer,
	[ASK_SEARCH] = search_answer,
	[ASK_LOCKS] = locks_answer,
	[ASK_INTERPRETER] = interpreter_answer,
	[ASK_PYTHON_LOCKS] = python_locks_answer,
	[ASK_GIL] = gil_answer,
	[ASK_COROUTINES] = coroutines_answer,
	[ASK_STACK] = stack_answer,
	[ASK_SYMBOL] = symbol_answer,
	[ASK_SEMAPHORE] = semaphore_answer,
	[ASK_QUEUE] = queue_answer,
	[ASK_SOCKET] = socket_answer,
	[ASK_EPOLL] = epoll_answer,
	[ASK_POINTERS] = pointers_answer,
	[ASK_CGROUP] = cgroup_answer,
	[ASK_STATE] = state_answer,
	[ASK_WCHAN] = wchan_answer,
	[ASK_PROGRAM] = program_answer,
	[ASK_PATH] = path_answer,
};

static void worker_forget(struct worker *worker)
{
	target_cache_clear(&worker->targets);
	files_deinit(&worker->files);
	sockets_deinit(&worker->sockets);
	mappers_deinit(&worker->mappers);
	locks_deinit(&worker->locks);
	worker->stacks_until_ns = 0;
}

void worker_serve(void *context, struct exchange *exchange)
{
	struct worker *worker = context;
	uint32_t type = exchange->question.type;

	if (worker->look != exchange->look)
		worker_forget(worker);
	worker->look = exchange->look;
	exchange->busy_with = exchange->question.id;
	exchange->error = 0;
	exchange->partial = 0;
	exchange->count = 0;
	exchange->item_size = (uint32_t)answer_item_size[type];
	if (answer_of[type])
		answer_of[type](worker, exchange);
	else
		exchange->error = -EOPNOTSUPP;
}
