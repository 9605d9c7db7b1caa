/* SPDX-License-Identifier: BSD-2-Clause */
/* A system made of bytes. */
#include "fake_system.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

struct look_task *fake_task(struct fake_system *system, uint32_t pid, uint32_t tid)
{
	cr_assert_lt(system->task_count, FAKE_MOST);

	struct look_task *task = &system->tasks[system->task_count++];

	*task = (struct look_task){
		.pid = pid,
		.tid = tid,
		.ns_pid = pid,
		.ns_tid = tid,
		.pid_ns = 1,
		.start_ns = tid * 1000ull,
		.mm = 0x1000 + pid,
		.files = 0x2000 + pid,
		.flags = TASK_SLEEPING,
		.call = -1,
		.thread_pointer = 0x700000000000 + tid * 0x1000ull,
	};
	return task;
}

void fake_call(struct look_task *task, int call, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	task->call = call;
	task->args[0] = a;
	task->args[1] = b;
	task->args[2] = c;
	task->args[3] = d;
}

void fake_futex(struct look_task *task, uint64_t address, uint32_t op, uint32_t value,
		const void *bytes, size_t length)
{
	cr_assert_leq(length, sizeof(task->object));
	fake_call(task, SYS_futex, address, op, value, 0);
	memcpy(task->object, bytes, length);
	task->object_flags = OBJECT_READ | OBJECT_MAPPED;
}

void fake_shared(struct look_task *task, uint64_t inode, uint32_t nlink)
{
	task->object_flags |= OBJECT_MAPPED | OBJECT_SHARED | OBJECT_FILE;
	task->object_dev = FAKE_DEV;
	task->object_inode = inode;
	task->object_nlink = nlink;
}

void fake_memory(struct fake_system *system, uint32_t pid, uint64_t address, const void *bytes,
		 size_t length)
{
	cr_assert_lt(system->region_count, FAKE_MOST);
	system->regions[system->region_count++] =
		(struct fake_region){ pid, address, bytes, length };
}

static void add_answer(struct fake_system *system, struct question question, const void *items,
		       uint32_t count)
{
	cr_assert_lt(system->answer_count, FAKE_MOST);
	system->answers[system->answer_count++] =
		(struct fake_answer){ question, { .count = count, .items = items } };
}

void fake_cgroup(struct fake_system *system, uint32_t tid, const char *path)
{
	add_answer(system, (struct question){ ASK_CGROUP, tid, 0, 0 }, path, strlen(path) + 1);
}

void fake_path(struct fake_system *system, uint32_t pid, int fd, const char *path)
{
	add_answer(system, (struct question){ ASK_PATH, pid, (uint64_t)fd, 0 }, path,
		   strlen(path) + 1);
}

void fake_program(struct fake_system *system, uint32_t pid, const char *path)
{
	add_answer(system, (struct question){ ASK_PROGRAM, pid, 0, 0 }, path, strlen(path) + 1);
}

void fake_descriptor(struct fake_system *system, uint32_t pid, int fd, const struct open_file *file)
{
	add_answer(system, (struct question){ ASK_DESCRIPTOR, pid, (uint32_t)fd, 0 }, file, 1);
}

void fake_holders(struct fake_system *system, uint32_t dev, uint64_t inode,
		  const struct open_file *files, uint32_t count)
{
	add_answer(system, (struct question){ ASK_HOLDERS, 0, dev, inode }, files, count);
}

void fake_socket(struct fake_system *system, const struct socket_state *socket)
{
	add_answer(system, (struct question){ ASK_SOCKET, 0, socket->inode, 0 }, socket, 1);
}

void fake_epoll(struct fake_system *system, uint32_t pid, int fd,
		const struct epoll_target *targets, uint32_t count)
{
	add_answer(system, (struct question){ ASK_EPOLL, pid, (uint32_t)fd, 0 }, targets, count);
}

void fake_mappers(struct fake_system *system, uint32_t dev, uint64_t inode,
		  const struct mapping *mappings, uint32_t count)
{
	add_answer(system, (struct question){ ASK_MAPPERS, 0, dev, inode }, mappings, count);
}

void fake_locks(struct fake_system *system, uint32_t dev, uint64_t inode,
		const struct file_lock *locks, uint32_t count)
{
	add_answer(system, (struct question){ ASK_LOCKS, 0, dev, inode }, locks, count);
}

void fake_semaphore(struct fake_system *system, uint32_t pid, uint32_t semid, uint32_t number,
		    const struct sysv_semaphore *semaphore)
{
	add_answer(system, (struct question){ ASK_SEMAPHORE, pid, semid, number }, semaphore, 1);
}

void fake_waker(struct fake_system *system, uint32_t pid, uint64_t address,
		const struct waker *waker)
{
	add_answer(system, (struct question){ ASK_WAKER, pid, address, 0 }, waker, 1);
}

void fake_queue(struct fake_system *system, uint32_t pid, uint32_t msqid,
		const struct sysv_queue *queue)
{
	add_answer(system, (struct question){ ASK_QUEUE, pid, msqid, 0 }, queue, 1);
}

void fake_mapping(struct fake_system *system, uint32_t pid, uint64_t address,
		  const struct mapping *mapping)
{
	add_answer(system, (struct question){ ASK_MAPPING, pid, address, 0 }, mapping, 1);
}

void fake_search(struct fake_system *system, uint32_t pid, uint64_t value, const uint64_t *hits,
		 uint32_t count)
{
	add_answer(system, (struct question){ ASK_SEARCH, pid, value, 0 }, hits, count);
}

void fake_pointers(struct fake_system *system, uint32_t tid, const struct stack_pointer *pointers,
		   uint32_t count)
{
	add_answer(system, (struct question){ ASK_POINTERS, tid, 0, 0 }, pointers, count);
}

void fake_symbol(struct fake_system *system, uint32_t pid, uint64_t address,
		 const struct symbol *symbol)
{
	add_answer(system, (struct question){ ASK_SYMBOL, pid, address, 0 }, symbol, 1);
}

void fake_stack(struct fake_system *system, uint32_t tid, const struct stack_frame *frames,
		uint32_t count)
{
	add_answer(system, (struct question){ ASK_STACK, tid, 0, 0 }, frames, count);
}

static void answer_memory(const struct fake_system *system, const struct question *question,
			  struct answer *ret)
{
	for (uint32_t i = 0; i < system->region_count; i++) {
		const struct fake_region *region = &system->regions[i];
		uint64_t skip = question->a - region->address;

		if (region->pid != question->id || skip > region->length ||
		    question->b > region->length - skip)
			continue;
		*ret = (struct answer){ .count = question->b,
					.items = (const char *)region->bytes + skip };
		return;
	}
	ret->error = -EFAULT;
}

static void fake_ask(void *context, const struct question *question, struct answer *ret)
{
	struct fake_system *system = context;

	system->asked[question_cost[question->type]]++;
	*ret = (struct answer){ .error = question->type == ASK_SEARCH ? 0 : -ENOENT };
	if (question->type == ASK_MEMORY) {
		answer_memory(system, question, ret);
		return;
	}
	for (uint32_t i = 0; i < system->answer_count; i++)
		if (!memcmp(&system->answers[i].question, question, sizeof(*question)))
			*ret = system->answers[i].answer;
}

static uint32_t count_equal(const struct fake_system *system, const struct look_task *task,
			    uint64_t (*key)(const struct look_task *))
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < system->task_count; i++)
		count += key(&system->tasks[i]) == key(task);
	return count;
}

static uint64_t key_pid(const struct look_task *task)
{
	return task->pid;
}

static uint64_t key_mm(const struct look_task *task)
{
	return task->mm;
}

static uint64_t key_files(const struct look_task *task)
{
	return task->files;
}

static void build(struct fake_system *system)
{
	if (system->built)
		return;
	system->built = true;
	system->probe = (struct probe){ fake_ask, system };

	struct look_task *tasks = malloc(sizeof(system->tasks));

	cr_assert(tasks);
	for (uint32_t i = 0; i < system->task_count; i++) {
		struct look_task *task = &system->tasks[i];

		if (!task->threads)
			task->threads = count_equal(system, task, key_pid);
		if (!task->mm_users)
			task->mm_users = count_equal(system, task, key_mm);
		if (!task->files_users)
			task->files_users = count_equal(system, task, key_files);
		tasks[i] = *task;
	}
	cr_assert_eq(look_init(&system->look, tasks, system->task_count), 0);
	cr_assert_eq(graph_init(&system->graph, &system->look), 0);
}

void fake_system_deinit(struct fake_system *system)
{
	if (!system->built)
		return;
	graph_deinit(&system->graph);
	look_deinit(&system->look);
}

static struct kind_context context_of(struct fake_system *system)
{
	build(system);
	return (struct kind_context){ .look = &system->look,
				      .probe = &system->probe,
				      .graph = &system->graph };
}

bool fake_recognise(struct fake_system *system, const struct kind *kind, uint32_t tid)
{
	struct kind_context context = context_of(system);

	return kind->recognise(&context, &system->look.tasks[fake_node(system, tid)]);
}

struct fake_wait fake_resolve(struct fake_system *system, const struct kind *kind, uint32_t tid,
			      enum cost budget)
{
	struct kind_context context = context_of(system);
	uint32_t task = fake_node(system, tid);
	struct wait wait = { .task = task, .kind = kind->kind };
	struct wait_builder b = { .graph = &system->graph, .wait = &wait };

	memset(system->asked, 0, sizeof(system->asked));
	graph_begin_wait(&system->graph, &wait);

	struct fake_wait ret = { .next = kind->resolve(&context, &system->look.tasks[task], budget,
						       &b) };

	for (enum cost cost = budget + 1; cost < COST_LEVELS; cost++)
		cr_assert_eq(system->asked[cost], 0, "asked at cost %d with budget %d", cost,
			     budget);
	cr_assert(ret.next == COST_DONE || ret.next > budget);
	kind->describe(&context, &system->look.tasks[task], ret.description,
		       sizeof(ret.description));
	cr_assert(*ret.description);

	ret.open = wait.open;
	ret.kind = wait.kind;
	ret.idle = wait.idle;
	ret.held = wait.held;
	ret.object = wait.object;
	ret.fingerprint = graph_wait_fingerprint(&system->graph, &wait);
	ret.edge_count = wait.edge_count;
	cr_assert_leq(wait.edge_count, FAKE_MOST);
	if (wait.edge_count)
		memcpy(ret.edges, system->graph.edges + wait.first_edge,
		       wait.edge_count * sizeof(struct edge));
	return ret;
}

void fake_history(struct fake_system *system, const struct kind *kind, uint32_t tid, bool wanted,
		  char *ret, size_t size)
{
	struct kind_context context = context_of(system);
	uint32_t task = fake_node(system, tid);
	struct wait wait = { .task = task, .kind = kind->kind };
	struct evidence_list lists[2] = { 0 };
	struct evidence_sink sink = {
		.object = &lists[0], .edges = &lists[1], .edge_capacity = 1, .history = wanted
	};
	struct wait_builder b = { .graph = &system->graph, .wait = &wait, .sink = &sink };

	*ret = '\0';
	graph_begin_wait(&system->graph, &wait);
	kind->resolve(&context, &system->look.tasks[task], COST_SEARCH, &b);
	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; j < lists[i].count; j++)
			if (lists[i].items[j].source == EVIDENCE_HISTORY)
				snprintf(ret, size, "%s", lists[i].items[j].value);
		evidence_list_deinit(&lists[i]);
	}
}

uint32_t fake_node(const struct fake_system *system, uint32_t tid)
{
	uint32_t node = look_find(&system->look, tid);

	cr_assert_neq(node, NO_TASK);
	return node;
}

uint32_t fake_process(struct fake_system *system, uint32_t pid)
{
	const struct process *process = look_process(&system->look, pid);

	cr_assert(process);
	return graph_process(&system->graph, process);
}

const struct edge *fake_edge(const struct fake_wait *wait, uint32_t target)
{
	for (uint32_t i = 0; i < wait->edge_count; i++)
		if (wait->edges[i].target == target)
			return &wait->edges[i];
	return NULL;
}

const struct edge *fake_group_edge(const struct fake_system *system, const struct fake_wait *wait,
				   enum group_type type)
{
	for (uint32_t i = 0; i < wait->edge_count; i++)
		if (!node_is_task(&system->graph, wait->edges[i].target) &&
		    graph_group(&system->graph, wait->edges[i].target)->type == type)
			return &wait->edges[i];
	return NULL;
}

const struct group *fake_group(const struct fake_system *system, const struct edge *edge)
{
	return graph_group(&system->graph, edge->target);
}
