/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * asyncio.tasks has all tasks in sets: a weak one and, since 3.12, one of those
 * that were begun eagerly. A Task has its coroutine; the frame of one that is
 * suspended has on top of its value stack what it awaits, which is the next
 * coroutine, and so on, down to a future.
 *
 * What a future is for is said by the innermost frame: mostly it is of a method of
 * asyncio's own, Lock.acquire or Queue.get. An asyncio.Lock does not say who has
 * it, but as with threading.Lock (lock.c) its __aexit__ is in a slot that is surely
 * live of the frame that is inside its `async with`.
 *
 * Nothing is believed that does not look like what it should be, and as the loop
 * may run meanwhile, all is read until it is the same twice.
 *
 * Sources: Lib/asyncio/tasks.py, Modules/_asynciomodule.c (TaskObj), Objects/genobject.c
 * (_PyGen_yf, PyAsyncGenASend, PyCoroWrapper), Objects/setobject.c, Lib/_weakrefset.py.
 */
#include "python/coroutine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/name.h"
#include "python/object.h"
#include "python/stack.h"
#include "python/text.h"

#define TRIES		 3
#define SLOTS_MOST	 (1u << 16) /* of a set */
#define DEPTH_MOST	 256	    /* coroutines that await each other */
#define INSTRUCTION_SIZE 2

static const char *const sets[] = { "_all_tasks", "_scheduled_tasks", "_eager_tasks" };

/* What stands for a coroutine where it is awaited. */
static uint64_t coroutine_behind(struct python *py, uint64_t object)
{
	enum python_class kind = object ? python_class(py, object) : CLASS_OTHER;

	return kind == CLASS_ASEND || kind == CLASS_COROUTINE_WRAPPER
		       ? python_word(py, object + OBJECT_HEAD)
		       : object;
}

/* The slot on top of a suspended frame's value stack, 0 if that cannot be. */
static uint64_t frame_awaits(struct python *py, const struct python_frame *frame)
{
	uint64_t at = frame->address + py->layout->frame_top;
	uint64_t depth = 0;

	switch (py->layout->top) {
	case TOP_POINTER:
		depth = (python_word(py, at) - frame->values) / 8;
		break;
	case TOP_DEPTH:
		depth = python_word32(py, at);
		break;
	case TOP_INDEX:
		depth = (uint64_t)python_word32(py, at) - frame->code.local_count;
		break;
	}
	return depth && depth <= frame->code.stack_size
		       ? python_word(py, frame->values + 8 * (depth - 1))
		       : 0;
}

static bool is_on_stack(const struct python_tasks *tasks, uint64_t frame)
{
	for (uint32_t i = 0; i < tasks->on_stack_count; i++)
		if (tasks->on_stack[i] == frame)
			return true;
	return false;
}

static void turn_round(struct python_frame *frames, uint32_t count)
{
	for (uint32_t i = 0; i < count / 2; i++) {
		struct python_frame frame = frames[i];

		frames[i] = frames[count - 1 - i];
		frames[count - 1 - i] = frame;
	}
}

/*
 * From the outermost on; of a longer chain the innermost are kept. A plain generator may also be
 * suspended where it awaits nothing, so there the chain ends.
 */
static void chain_read(struct python *py, const struct python_tasks *tasks, uint64_t coroutine,
		       struct python_task *task)
{
	for (int i = 0; i < DEPTH_MOST; i++) {
		struct python_frame frame;

		coroutine = coroutine_behind(py, coroutine);
		if (!python_frame_of_generator(py, coroutine, &frame))
			break;
		if (task->count == AWAITS_MOST)
			memmove(task->frames, task->frames + 1,
				--task->count * sizeof(task->frames[0]));
		task->frames[task->count++] = frame;
		task->runs = is_on_stack(tasks, frame.address);
		if (task->runs || frame.instruction < 0 ||
		    python_class(py, coroutine) == CLASS_GENERATOR)
			break;
		coroutine = frame_awaits(py, &frame);
	}
	turn_round(task->frames, task->count);
}

/* "Task-3"; since 3.12 only its number is kept until somebody asks. */
static bool task_name(struct python *py, uint64_t task, char *ret, size_t size)
{
	uint64_t name = python_word(py, task + py->layout->task_waiter + TASK_NAME);
	uint64_t number;

	memset(ret, 0, size);
	if (python_string(py, name, ret, size))
		return true;
	if (!python_number(py, name, &number))
		return false;
	snprintf(ret, size, "Task-%" PRIu64, number);
	return true;
}

/* asyncio's object whose method waits, or 0: the innermost frame's self. */
static uint64_t lock_of(struct python *py, const struct python_task *task)
{
	const struct python_frame *inner = &task->frames[0];
	const struct python_type *type;
	char text[1024];
	uint64_t self;

	if (!task->count || !python_string(py, inner->code.file, text, sizeof(text)) ||
	    !strstr(text, "/asyncio/") ||
	    !python_frame_local_name(py, inner, 0, text, sizeof(text)) || strcmp(text, "self"))
		return 0;
	self = python_frame_local(py, inner, 0);
	type = self ? python_type(py, self) : NULL;
	return type && !strstr(type->name, "EventLoop") ? self : 0;
}

static bool loop_is_of(struct python *py, uint64_t loop, const struct python_thread *thread)
{
	uint64_t ident = 0;
	uint64_t number = python_attribute(py, loop, "_thread_id", NULL);

	return number && python_number(py, number, &ident) && ident == thread->ident;
}

static bool is_none(struct python *py, uint64_t object)
{
	const struct python_type *type = python_type(py, object);

	return !type || !strcmp(type->name, "NoneType");
}

/* False if it is no task that is pending, or of another loop. */
static bool task_read(struct python *py, const struct python_tasks *tasks,
		      const struct python_thread *thread, uint64_t object, struct python_task *ret)
{
	const struct python_layout *layout = py->layout;
	uint64_t waiter, coroutine;

	if (!object || !python_is_a(py, object, CLASS_TASK) ||
	    python_word32(py, object + layout->task_state))
		return false;
	memset(ret, 0, sizeof(*ret));
	ret->object = object;
	ret->loop = python_word(py, object + TASK_LOOP);
	waiter = python_word(py, object + layout->task_waiter);
	ret->waiter = waiter && !is_none(py, waiter) ? waiter : 0;
	coroutine = python_word(py, object + layout->task_waiter + TASK_COROUTINE);
	if (!loop_is_of(py, ret->loop, thread) ||
	    !task_name(py, object, ret->name, sizeof(ret->name)))
		return false;
	chain_read(py, tasks, coroutine, ret);
	if (!ret->runs && ret->waiter)
		ret->lock = lock_of(py, ret);
	return ret->count;
}

/* True if there is room for no more. */
static bool tasks_add(struct python *py, struct python_tasks *tasks,
		      const struct python_thread *thread, uint64_t object)
{
	if (!object || !python_is_a(py, object, CLASS_TASK))
		return false;
	if (tasks->count == TASKS_MOST)
		return true;
	for (uint32_t i = 0; i < tasks->count; i++)
		if (tasks->items[i].object == object)
			return false;
	if (task_read(py, tasks, thread, object, &tasks->items[tasks->count]))
		tasks->count++;
	return false;
}

/* A set of tasks, or of weak references to them. */
static bool set_read(struct python *py, struct python_tasks *tasks,
		     const struct python_thread *thread, uint64_t set)
{
	uint64_t mask = python_word(py, set + SET_MASK), table = python_word(py, set + SET_TABLE);

	if (python_class(py, set) != CLASS_SET)
		return false;
	for (uint64_t i = 0; i <= mask && py->reads_left; i++) {
		uint64_t entry = python_word(py, table + SET_ENTRY_SIZE * i);

		if (i == SLOTS_MOST)
			return true;
		if (entry && python_class(py, entry) == CLASS_WEAK_REFERENCE)
			entry = python_word(py, entry + OBJECT_HEAD);
		if (tasks_add(py, tasks, thread, entry))
			return true;
	}
	return false;
}

static void stack_note(struct python *py, const struct python_thread *thread,
		       struct python_tasks *tasks)
{
	struct python_frame frame;
	bool there = thread->frame && python_frame_first(py, thread->frame, &frame);

	tasks->on_stack_count = 0;
	for (; there && tasks->on_stack_count < STACK_FRAMES_MAX;
	     there = python_frame_outward(py, &frame, &frame))
		tasks->on_stack[tasks->on_stack_count++] = frame.address;
}

/* Task-2 before Task-10. */
static int compare_names(const void *a, const void *b)
{
	const struct python_task *x = a, *y = b;
	size_t length = strlen(x->name), other = strlen(y->name);

	if (length != other)
		return length < other ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void tasks_read(struct python *py, const struct python_thread *thread,
		       struct python_tasks *tasks, bool *ret_partial)
{
	uint64_t module = python_module(py, "asyncio.tasks");

	tasks->count = 0;
	stack_note(py, thread, tasks);
	for (size_t i = 0; module && i < sizeof(sets) / sizeof(sets[0]); i++) {
		uint64_t set = python_dict_get(py, module, sets[i], NULL);

		if (set && python_class(py, set) != CLASS_SET)
			set = python_attribute(py, set, "data", NULL);
		if (set)
			*ret_partial |= set_read(py, tasks, thread, set);
	}
	qsort(tasks->items, tasks->count, sizeof(tasks->items[0]), compare_names);
}

/*
 * Since 3.12 the instruction that is suspended has a handler of its own, and what is live for that
 * is also what is still awaited, such as the __aexit__ of a lock that is not yet had. What follows
 * has the handlers of the blocks around it.
 */
static uint32_t suspended_live(struct python *py, const struct python_frame *frame)
{
	struct python_frame after = *frame;

	if (after.instruction >= 0)
		after.instruction += INSTRUCTION_SIZE;
	return python_frame_live(py, &after);
}

static bool frame_is_inside(struct python *py, const struct python_tasks *tasks,
			    const struct python_frame *frame, uint64_t lock)
{
	uint32_t live = is_on_stack(tasks, frame->address) ? python_frame_live(py, frame)
							   : suspended_live(py, frame);

	for (uint32_t i = 0; i < live; i++) {
		uint64_t value = python_word(py, frame->values + 8ull * i);

		if (value && python_class(py, value) == CLASS_METHOD &&
		    python_word(py, value + METHOD_SELF) == lock &&
		    python_method_is(py, value, "__aexit__", "locks.py"))
			return true;
	}
	return false;
}

/* Who is inside the `async with` of what the task waits for; NULL if nobody, or more than one. */
static const struct python_task *holder_of(struct python *py, const struct python_tasks *tasks,
					   uint64_t lock)
{
	const struct python_task *holder = NULL;

	for (uint32_t i = 0; lock && i < tasks->count; i++)
		for (uint32_t j = 0; j < tasks->items[i].count; j++) {
			if (!frame_is_inside(py, tasks, &tasks->items[i].frames[j], lock))
				continue;
			if (holder && holder != &tasks->items[i])
				return NULL;
			holder = &tasks->items[i];
		}
	return holder;
}

/* "Lock Till.lock", "Future reply": the class, and a name if a frame knows one. */
static void object_write(struct python *py, const struct python_task *task, uint64_t object,
			 char *ret, size_t size)
{
	const struct python_type *type = python_type(py, object);
	const char *dot = type ? strrchr(type->name, '.') : NULL;
	char name[PYTHON_NAME_LEN];

	if (!type)
		return;
	text_append(ret, size, dot ? dot + 1 : type->name);
	python_name_in(py, task->frames, task->count, object, name, sizeof(name));
	if (*name) {
		text_append(ret, size, " ");
		text_append(ret, size, name);
	}
}

static void awaits_write(struct python *py, const struct python_task *task, char *ret, size_t size)
{
	const struct python_type *type = python_type(py, task->waiter);
	char name[COROUTINE_NAME_LEN];

	if (task->lock) {
		object_write(py, task, task->lock, ret, size);
	} else if (python_is_a(py, task->waiter, CLASS_TASK)) {
		if (!task_name(py, task->waiter, name, sizeof(name)))
			return;
		text_append(ret, size, "task ");
		text_append(ret, size, name);
	} else if (type && !strcmp(type->name, "_GatheringFuture")) {
		uint64_t children = python_attribute(py, task->waiter, "_children", NULL);

		snprintf(ret, size, "gather of %" PRIu64, python_word(py, children + LIST_LENGTH));
	} else if (python_frame_is(py, &task->frames[0], "sleep", "tasks.py")) {
		text_append(ret, size, "sleep");
	} else {
		object_write(py, task, task->waiter, ret, size);
	}
}

static void task_write(struct python *py, const struct python_tasks *tasks,
		       const struct python_task *task, struct coroutine_frame *ret)
{
	const struct python_task *holder = holder_of(py, tasks, task->lock);

	memcpy(ret->name, task->name, sizeof(ret->name));
	ret->state = task->runs ? COROUTINE_RUNS : task->waiter ? COROUTINE_WAITS : COROUTINE_READY;
	if (ret->state == COROUTINE_WAITS)
		awaits_write(py, task, ret->awaits, sizeof(ret->awaits));
	if (holder)
		memcpy(ret->holder, holder->name, sizeof(ret->holder));
}

static uint32_t frames_write(struct python *py, const struct python_tasks *tasks,
			     struct coroutine_frame ret[COROUTINE_FRAMES_MOST], bool *ret_partial)
{
	uint32_t count = 0;

	memset(ret, 0, COROUTINE_FRAMES_MOST * sizeof(ret[0]));
	for (uint32_t i = 0; i < tasks->count; i++) {
		const struct python_task *task = &tasks->items[i];

		if (task->count > COROUTINE_FRAMES_MOST - count) {
			*ret_partial = true;
			break;
		}
		task_write(py, tasks, task, &ret[count]);
		for (uint32_t j = 0; j < task->count; j++, count++) {
			ret[count].task = task->object;
			python_frame_write(py, &task->frames[j], &ret[count].frame);
		}
	}
	return count;
}

static const struct python_thread *thread_find(struct python *py, struct python_tasks *tasks,
					       uint32_t tid)
{
	bool partial = false;
	uint32_t count = python_threads(py, tasks->threads, &partial);

	for (uint32_t i = 0; i < count; i++)
		if (tasks->threads[i].tid == tid)
			return &tasks->threads[i];
	return NULL;
}

uint32_t python_coroutines(struct python *py, struct python_tasks *tasks, uint32_t tid,
			   struct coroutine_frame ret[COROUTINE_FRAMES_MOST], bool *ret_partial)
{
	uint32_t before = 0, count = 0;

	for (int i = 0; i < TRIES; i++) {
		const struct python_thread *thread = thread_find(py, tasks, tid);
		bool partial = false;

		if (!thread)
			return 0;
		tasks_read(py, thread, tasks, &partial);
		count = frames_write(py, tasks, ret, &partial);
		*ret_partial = partial || !py->reads_left;
		if (i && count == before && !memcmp(ret, tasks->before, count * sizeof(ret[0])))
			return count;
		before = count;
		memcpy(tasks->before, ret, count * sizeof(ret[0]));
		python_forget(py);
	}
	*ret_partial = true;
	for (uint32_t i = 0; i < count; i++)
		ret[i].frame.flags |= FRAME_APPROXIMATE;
	return count;
}
