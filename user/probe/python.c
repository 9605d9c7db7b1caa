/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions about a process that runs Python, put to the reader in python/. */
#include "probe/python.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/module.h"
#include "probe/procfs.h"
#include "probe/worker.h"
#include "python/stack.h"

/* Memory of one process, and whom to tell that the work gets on. */
struct reader {
	struct target *target;
	struct exchange *exchange;
};

static int reader_read(void *context, uint64_t address, void *ret, size_t length)
{
	struct reader *reader = context;
	ssize_t got = target_read(reader->target, address, ret, length);

	exchange_progress(reader->exchange);
	if (got < 0)
		return (int)got;
	return got == (ssize_t)length ? 0 : -EFAULT;
}

/* The number by which the task knows itself: the last of the line (proc_pid_status(5)). */
static uint32_t own_number(uint32_t tid)
{
	__attribute__((cleanup(text_deinit))) struct text text = { 0 };
	const char *line, *end;

	if (procfs_read(tid, "status", &text))
		return 0;
	line = strstr(text.bytes, "\nNSpid:");
	end = line ? strchr(line + 1, '\n') : NULL;
	if (!end)
		return tid;
	while (end > line && end[-1] >= '0' && end[-1] <= '9')
		end--;
	return (uint32_t)strtoul(end, NULL, 10);
}

static int interpreter_find(struct worker *worker, struct reader *reader, struct interpreter *ret)
{
	const struct python_memory memory = { reader_read, reader };
	struct interpreter interpreter = { 0 };
	struct module module;
	uint64_t bias;
	uint32_t word;
	int err = module_find(&worker->modules, reader->target, &module, &bias);

	if (err)
		return err;
	interpreter.runtime = bias + module.runtime;
	interpreter.version = module.version;
	if (module.version_word &&
	    !reader_read(reader, bias + module.version_word, &word, sizeof(word)))
		interpreter.version = word;
	interpreter_complete(&memory, &interpreter);
	*ret = interpreter;
	return 0;
}

void interpreter_answer(struct worker *worker, struct exchange *exchange)
{
	struct reader reader = { target_get(&worker->targets, exchange->question.id), exchange };
	struct interpreter interpreter;

	exchange->error = interpreter_find(worker, &reader, &interpreter);
	if (!exchange->error)
		memcpy(exchange_add(exchange, 1), &interpreter, sizeof(interpreter));
}

void gil_answer(struct worker *worker, struct exchange *exchange)
{
	struct reader reader = { target_get(&worker->targets, exchange->question.id), exchange };
	const struct python_memory memory = { reader_read, &reader };
	struct interpreter interpreter;
	struct python_gil gil;

	exchange->error = interpreter_find(worker, &reader, &interpreter);
	if (!exchange->error)
		exchange->error = interpreter_gil(&memory, &interpreter, &gil);
	if (!exchange->error)
		memcpy(exchange_add(exchange, 1), &gil, sizeof(gil));
}

/* The reader, ready; `first` is a thread of which it is known that Python runs it. */
static int python_begin(struct worker *worker, struct reader *reader, uint32_t first)
{
	const struct python_memory memory = { reader_read, reader };
	struct interpreter interpreter;
	int err;

	if (!worker->python)
		worker->python = malloc(sizeof(*worker->python));
	if (!worker->python_scratch)
		worker->python_scratch = malloc(sizeof(*worker->python_scratch));
	if (!worker->python || !worker->python_scratch)
		return -ENOMEM;
	err = interpreter_find(worker, reader, &interpreter);
	return err ? err : python_open(worker->python, &memory, &interpreter, first);
}

void python_locks_answer(struct worker *worker, struct exchange *exchange)
{
	uint32_t pid = exchange->question.id;
	struct reader reader = { target_get(&worker->targets, pid), exchange };
	bool partial = false;

	exchange->error = python_begin(worker, &reader, own_number(pid));
	if (exchange->error)
		return;
	exchange->count = python_locks(worker->python, worker->python_scratch,
				       (struct python_lock *)exchange->items, &partial);
	exchange->partial = partial;
}

void coroutines_answer(struct worker *worker, struct exchange *exchange)
{
	uint32_t pid = exchange->question.id;
	struct reader reader = { target_get(&worker->targets, pid), exchange };
	bool partial = false;

	if (!worker->python_tasks)
		worker->python_tasks = malloc(sizeof(*worker->python_tasks));
	exchange->error =
		worker->python_tasks ? python_begin(worker, &reader, own_number(pid)) : -ENOMEM;
	if (exchange->error)
		return;
	exchange->count = python_coroutines(worker->python, worker->python_tasks,
					    own_number((uint32_t)exchange->question.a),
					    (struct coroutine_frame *)exchange->items, &partial);
	exchange->partial = partial;
}

int python_frames(struct worker *worker, struct exchange *exchange, uint32_t pid, uint32_t tid,
		  struct python_stack *ret)
{
	struct reader reader = { target_get(&worker->targets, pid), exchange };
	int err = python_begin(worker, &reader, own_number(pid));

	return err ? err
		   : python_stack_read(worker->python, worker->python_scratch, own_number(tid),
				       ret);
}
