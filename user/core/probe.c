/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is the same for every probe: the shape of each question's answer, and
 * the questions as functions.
 */
#include "core/probe.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

const size_t answer_item_size[QUESTION_TYPES] = {
	[ASK_MEMORY] = 1,
	[ASK_WCHAN] = 1,
	[ASK_PROGRAM] = 1,
	[ASK_DESCRIPTOR] = sizeof(struct open_file),
	[ASK_MAPPING] = sizeof(struct mapping),
	[ASK_HOLDERS] = sizeof(struct open_file),
	[ASK_MAPPERS] = sizeof(struct mapping),
	[ASK_SEARCH] = sizeof(uint64_t),
	[ASK_STACK] = sizeof(struct stack_frame),
	[ASK_SYMBOL] = sizeof(struct symbol),
	[ASK_LOCKS] = sizeof(struct file_lock),
	[ASK_PATH] = 1,
	[ASK_INTERPRETER] = sizeof(struct interpreter),
	[ASK_PYTHON_LOCKS] = sizeof(struct python_lock),
	[ASK_GIL] = sizeof(struct python_gil),
	[ASK_COROUTINES] = sizeof(struct coroutine_frame),
	[ASK_SEMAPHORE] = sizeof(struct sysv_semaphore),
	[ASK_QUEUE] = sizeof(struct sysv_queue),
	[ASK_WAKER] = sizeof(struct waker),
	[ASK_SOCKET] = sizeof(struct socket_state),
	[ASK_EPOLL] = sizeof(struct epoll_target),
	[ASK_POINTERS] = sizeof(struct stack_pointer),
	[ASK_CGROUP] = 1,
	[ASK_STATE] = 1,
};

const char *const question_name[QUESTION_TYPES] = {
	[ASK_MEMORY] = "memory",
	[ASK_WCHAN] = "wchan",
	[ASK_PROGRAM] = "program",
	[ASK_DESCRIPTOR] = "descriptor",
	[ASK_MAPPING] = "mapping",
	[ASK_HOLDERS] = "holders",
	[ASK_MAPPERS] = "mappers",
	[ASK_SEARCH] = "search",
	[ASK_STACK] = "stack",
	[ASK_SYMBOL] = "symbol",
	[ASK_LOCKS] = "locks",
	[ASK_PATH] = "path",
	[ASK_INTERPRETER] = "interpreter",
	[ASK_PYTHON_LOCKS] = "python-locks",
	[ASK_GIL] = "gil",
	[ASK_COROUTINES] = "coroutines",
	[ASK_SEMAPHORE] = "semaphore",
	[ASK_QUEUE] = "queue",
	[ASK_WAKER] = "waker",
	[ASK_SOCKET] = "socket",
	[ASK_EPOLL] = "epoll",
	[ASK_POINTERS] = "pointers",
	[ASK_CGROUP] = "cgroup",
	[ASK_STATE] = "state",
};

const enum cost question_cost[QUESTION_TYPES] = {
	[ASK_MEMORY] = COST_READ,	[ASK_WCHAN] = COST_READ,
	[ASK_PROGRAM] = COST_READ,	[ASK_DESCRIPTOR] = COST_READ,
	[ASK_MAPPING] = COST_READ,	[ASK_HOLDERS] = COST_TABLE,
	[ASK_MAPPERS] = COST_TABLE,	[ASK_SEARCH] = COST_SEARCH,
	[ASK_STACK] = COST_SEARCH,	[ASK_SYMBOL] = COST_SEARCH,
	[ASK_LOCKS] = COST_TABLE,	[ASK_PATH] = COST_READ,
	[ASK_INTERPRETER] = COST_TABLE, [ASK_PYTHON_LOCKS] = COST_SEARCH,
	[ASK_SEMAPHORE] = COST_TABLE,	[ASK_QUEUE] = COST_TABLE,
	[ASK_WAKER] = COST_READ,	[ASK_SOCKET] = COST_TABLE,
	[ASK_EPOLL] = COST_READ,	[ASK_POINTERS] = COST_SEARCH,
	[ASK_STATE] = COST_LOOK,	[ASK_CGROUP] = COST_READ,
	[ASK_GIL] = COST_TABLE,		[ASK_COROUTINES] = COST_SEARCH,
};

_Static_assert(QUESTION_TYPES == 24, "a question type lacks its row in the three tables above");

static struct answer probe_ask(const struct probe *probe, struct question question)
{
	struct answer answer;

	probe->ask(probe->context, &question, &answer);
	return answer;
}

int probe_memory(const struct probe *probe, uint32_t pid, uint64_t address, void *ret_bytes,
		 size_t length)
{
	assert(length <= MEMORY_ANSWER_MAX);

	struct answer answer =
		probe_ask(probe, (struct question){ ASK_MEMORY, pid, address, length });

	if (answer.error)
		return answer.error;
	if (answer.count != length)
		return -EFAULT;
	if (length)
		memcpy(ret_bytes, answer.items, length);
	return 0;
}

/* A string that does not end is no answer. */
static int probe_text(const struct probe *probe, struct question question, const char **ret)
{
	struct answer answer = probe_ask(probe, question);
	const char *text = answer.items;

	if (answer.error)
		return answer.error;
	if (!answer.count || text[answer.count - 1])
		return -EINVAL;
	*ret = text;
	return 0;
}

int probe_state(const struct probe *probe, uint32_t pid, uint32_t tid, const char **ret_text)
{
	return probe_text(probe, (struct question){ ASK_STATE, pid, tid, 0 }, ret_text);
}

int probe_wchan(const struct probe *probe, uint32_t tid, const char **ret_name)
{
	return probe_text(probe, (struct question){ ASK_WCHAN, tid, 0, 0 }, ret_name);
}

int probe_cgroup(const struct probe *probe, uint32_t tid, const char **ret_path)
{
	return probe_text(probe, (struct question){ ASK_CGROUP, tid, 0, 0 }, ret_path);
}

int probe_program(const struct probe *probe, uint32_t pid, const char **ret_path)
{
	return probe_text(probe, (struct question){ ASK_PROGRAM, pid, 0, 0 }, ret_path);
}

static int probe_item(const struct probe *probe, struct question question, const void **ret_item)
{
	struct answer answer = probe_ask(probe, question);

	if (answer.error)
		return answer.error;
	if (!answer.count)
		return -EINVAL;
	*ret_item = answer.items;
	return 0;
}

int probe_descriptor(const struct probe *probe, uint32_t pid, int fd,
		     const struct open_file **ret_file)
{
	struct question question = { ASK_DESCRIPTOR, pid, (uint32_t)fd, 0 };

	return probe_item(probe, question, (const void **)ret_file);
}

int probe_mapping(const struct probe *probe, uint32_t pid, uint64_t address,
		  const struct mapping **ret_mapping)
{
	struct question question = { ASK_MAPPING, pid, address, 0 };

	return probe_item(probe, question, (const void **)ret_mapping);
}

int probe_socket(const struct probe *probe, uint64_t inode, const struct socket_state **ret_socket)
{
	return probe_item(probe, (struct question){ ASK_SOCKET, 0, inode, 0 },
			  (const void **)ret_socket);
}

static int probe_list(const struct probe *probe, struct question question, struct answer *ret)
{
	struct answer answer = probe_ask(probe, question);

	if (answer.error)
		return answer.error;
	*ret = answer;
	return 0;
}

int probe_holders(const struct probe *probe, uint32_t dev, uint64_t inode, struct answer *ret)
{
	return probe_list(probe, (struct question){ ASK_HOLDERS, 0, dev, inode }, ret);
}

int probe_mappers(const struct probe *probe, uint32_t dev, uint64_t inode, struct answer *ret)
{
	return probe_list(probe, (struct question){ ASK_MAPPERS, 0, dev, inode }, ret);
}

int probe_locks(const struct probe *probe, uint32_t dev, uint64_t inode, struct answer *ret)
{
	return probe_list(probe, (struct question){ ASK_LOCKS, 0, dev, inode }, ret);
}

int probe_semaphore(const struct probe *probe, uint32_t pid, uint32_t semid, uint32_t number,
		    const struct sysv_semaphore **ret)
{
	struct question question = { ASK_SEMAPHORE, pid, semid, number };

	return probe_item(probe, question, (const void **)ret);
}

int probe_queue(const struct probe *probe, uint32_t pid, uint32_t msqid,
		const struct sysv_queue **ret)
{
	struct question question = { ASK_QUEUE, pid, msqid, 0 };

	return probe_item(probe, question, (const void **)ret);
}

int probe_waker(const struct probe *probe, uint32_t pid, uint64_t address, const struct waker **ret)
{
	struct question question = { ASK_WAKER, pid, address, 0 };

	return probe_item(probe, question, (const void **)ret);
}

int probe_path(const struct probe *probe, uint32_t pid, int fd, const char **ret_path)
{
	return probe_text(probe, (struct question){ ASK_PATH, pid, (uint32_t)fd, 0 }, ret_path);
}

int probe_search(const struct probe *probe, uint32_t pid, uint64_t value, struct answer *ret)
{
	return probe_list(probe, (struct question){ ASK_SEARCH, pid, value, 0 }, ret);
}

int probe_interpreter(const struct probe *probe, uint32_t pid,
		      const struct interpreter **ret_interpreter)
{
	struct question question = { .type = ASK_INTERPRETER, .id = pid };

	return probe_item(probe, question, (const void **)ret_interpreter);
}

int probe_python_locks(const struct probe *probe, uint32_t pid, struct answer *ret)
{
	return probe_list(probe, (struct question){ .type = ASK_PYTHON_LOCKS, .id = pid }, ret);
}

int probe_gil(const struct probe *probe, uint32_t pid, const struct python_gil **ret_gil)
{
	struct question question = { .type = ASK_GIL, .id = pid };

	return probe_item(probe, question, (const void **)ret_gil);
}

int probe_epoll(const struct probe *probe, uint32_t pid, int fd, struct answer *ret)
{
	return probe_list(probe, (struct question){ ASK_EPOLL, pid, (uint32_t)fd, 0 }, ret);
}

int probe_stack(const struct probe *probe, uint32_t tid, struct answer *ret)
{
	return probe_list(probe, (struct question){ ASK_STACK, tid, 0, 0 }, ret);
}

int probe_coroutines(const struct probe *probe, uint32_t pid, uint32_t tid, struct answer *ret)
{
	return probe_list(probe, (struct question){ ASK_COROUTINES, pid, tid, 0 }, ret);
}

int probe_pointers(const struct probe *probe, uint32_t tid, struct answer *ret)
{
	struct answer answer;
	int error = probe_list(probe, (struct question){ ASK_POINTERS, tid, 0, 0 }, &answer);

	if (!error && !answer.count)
		error = -EINVAL;
	if (!error)
		*ret = answer;
	return error;
}

int probe_symbol(const struct probe *probe, uint32_t pid, uint64_t address,
		 const struct symbol **ret_symbol)
{
	struct question question = { ASK_SYMBOL, pid, address, 0 };

	return probe_item(probe, question, (const void **)ret_symbol);
}
