/* SPDX-License-Identifier: BSD-2-Clause */
/* Plans as text. */
#include "plan.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const fates[] = { "lives", "zombie", "reaped", NULL };
static const char *const builds[] = { "O2", "O0", "static", "cxx", "rust", "musl", NULL };
static const char *const region_types[] = { "anon", "memfd", "named", NULL };
static const char *const states[] = { "empty", "full", NULL };
static const char *const pair_types[] = { "stream", "dgram", "seqpacket", "tcp", NULL };
static const char *const lock_types[] = { "flock", "posix", "ofd", NULL };
static const char *const object_kinds[] = { "mutex",   "sem",	 "futex", "cond",
					    "barrier", "rwlock", "stdio", NULL };
static const char *const take_times[] = { "after-fork", "before-fork", NULL };
static const char *const watch_types[] = {
	"in",	   "out",      "hangup-in", "hangup-out", "process", "socket",
	"pair-in", "pair-out", "event-in",  "event-out",  NULL,
};
static const char *const calls[CALLS + 1] = {
	"sleep",       "spin",	       "pause",
	"socket",      "end",	       "lock",
	"sem",	       "futex",	       "cond",
	"barrier",     "join",	       "wait4",
	"wait4-any",   "wait4-group",  "waitid",
	"waitid-any",  "waitid-group", "waitid-pidfd",
	"waitid-stop", "read",	       "write",
	"poll",	       "ppoll",	       "select",
	"epoll",       "epoll-edge",   "epoll-nested",
	"receive",     "send",	       "event-read",
	"event-write", "file-lock",    "file-lock-shared",
	"rdlock",      "wrlock",       "flockfile",
	"semop",
};

/* The word's place in the list, or -1. */
static int place_of(const char *word, const char *const *list)
{
	for (int i = 0; list[i]; i++)
		if (!strcmp(word, list[i]))
			return i;
	return -1;
}

static bool read_process(const char *line, struct plan *plan)
{
	struct plan_process *process = &plan->processes[plan->process_count];
	char fate[16], build[16];
	int id;

	if (sscanf(line, "process %d %d catch=%x alarm=%d %15s %15s", &id, &process->parent,
		   &process->catches, &process->alarm, fate, build) != 6)
		return false;
	process->fate = place_of(fate, fates);
	process->build = place_of(build, builds);
	return id == plan->process_count++ && (int)process->fate >= 0 && process->build >= 0 &&
	       process->parent < id;
}

static bool read_region(const char *line, struct plan *plan)
{
	struct plan_region *region = &plan->regions[plan->region_count];
	char type[16];
	int id;

	if (sscanf(line, "region %d %15s map=%x hold=%x", &id, type, &region->map, &region->hold) !=
	    4)
		return false;
	region->type = place_of(type, region_types);
	return id == plan->region_count++ && (int)region->type >= 0;
}

static bool read_pipe(const char *line, struct plan *plan)
{
	struct plan_pipe *pipe = &plan->pipes[plan->pipe_count];
	char state[16];
	int id;

	if (sscanf(line, "pipe %d %15s read=%x write=%x", &id, state, &pipe->read, &pipe->write) !=
	    4)
		return false;
	pipe->full = place_of(state, states) == 1;
	return id == plan->pipe_count++ && place_of(state, states) >= 0;
}

static bool read_pair(const char *line, struct plan *plan)
{
	struct plan_pair *pair = &plan->pairs[plan->pair_count];
	char type[16];
	int id;

	if (sscanf(line, "pair %d %15s full=%x one=%x other=%x", &id, type, &pair->full,
		   &pair->hold[0], &pair->hold[1]) != 5)
		return false;
	pair->type = place_of(type, pair_types);
	return id == plan->pair_count++ && (int)pair->type >= 0;
}

static bool read_event(const char *line, struct plan *plan)
{
	struct plan_event *event = &plan->events[plan->event_count];
	char state[16];
	int id;

	if (sscanf(line, "event %d %15s hold=%x", &id, state, &event->hold) != 3)
		return false;
	event->full = place_of(state, states) == 1;
	return id == plan->event_count++ && place_of(state, states) >= 0;
}

static bool read_file(const char *line, struct plan *plan)
{
	struct plan_file *file = &plan->files[plan->file_count];
	int id;

	return sscanf(line, "file %d keep=%x", &id, &file->keep) == 2 && id == plan->file_count++;
}

static bool read_lock(const char *line, struct plan *plan)
{
	struct plan_lock *lock = &plan->locks[plan->lock_count];
	char type[16];
	int id;

	if (sscanf(line, "lock %d %15s file=%d taker=%d", &id, type, &lock->file, &lock->thread) !=
	    4)
		return false;
	lock->type = place_of(type, lock_types);
	return id == plan->lock_count++ && (int)lock->type >= 0 &&
	       (unsigned int)lock->file < (unsigned int)plan->file_count;
}

static bool read_semaphore(const char *line, struct plan *plan)
{
	struct plan_semaphore *semaphore = &plan->semaphores[plan->semaphore_count];
	int id;

	return sscanf(line, "semaphore %d taker=%d", &id, &semaphore->thread) == 2 &&
	       id == plan->semaphore_count++;
}

static bool read_object(const char *line, struct plan *plan)
{
	struct plan_object *object = &plan->objects[plan->object_count];
	char kind[16], place[16];
	int id;

	if (sscanf(line, "object %d %15s %15s pshared=%d type=%d", &id, kind, place,
		   &object->pshared, &object->type) != 5)
		return false;
	object->kind = place_of(kind, object_kinds);
	if (sscanf(place, "region=%d", &object->region) != 1)
		object->region = NOBODY;
	return id == plan->object_count++ && (int)object->kind >= 0 &&
	       object->region < plan->region_count;
}

static bool read_thread(const char *line, struct plan *plan)
{
	struct plan_thread *thread = &plan->threads[plan->thread_count];
	char call[20];
	int id;

	if (sscanf(line, "thread %d %d %19s %d timed=%d", &id, &thread->process, call,
		   &thread->argument, &thread->timed) != 5)
		return false;
	thread->call = place_of(call, calls);
	return id == plan->thread_count++ && (int)thread->call >= 0 &&
	       (unsigned int)thread->process < (unsigned int)plan->process_count;
}

static bool read_take(const char *line, struct plan *plan)
{
	struct plan_take *take = &plan->takes[plan->take_count];
	char when[16];

	if (sscanf(line, "take %d %d %15s", &take->thread, &take->object, when) != 3)
		return false;
	take->before_fork = place_of(when, take_times) == 1;
	plan->take_count++;
	return place_of(when, take_times) >= 0;
}

static bool read_watch(const char *line, struct plan *plan)
{
	struct plan_watch *watch = &plan->watches[plan->watch_count++];
	char type[16];

	if (sscanf(line, "watch %d %15s %d", &watch->thread, type, &watch->argument) != 3)
		return false;
	watch->type = place_of(type, watch_types);
	return (int)watch->type >= 0;
}

static bool read_line(const char *line, struct plan *plan)
{
	static const struct {
		const char *word;
		bool (*read)(const char *line, struct plan *plan);
		size_t count; /* where the plan counts them */
	} readers[] = {
#define READER(name) { #name " ", read_##name, offsetof(struct plan, name##_count) }
		READER(process),
		READER(region),
		READER(pipe),
		READER(pair),
		READER(event),
		READER(file),
		READER(lock),
		READER(semaphore),
		READER(object),
		READER(thread),
		READER(take),
#undef READER
		{ "watch ", read_watch, offsetof(struct plan, watch_count) },
	};

	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		const int *count = (const int *)((const char *)plan + readers[i].count);

		if (!strncmp(line, readers[i].word, strlen(readers[i].word)))
			return *count < PLAN_MOST && readers[i].read(line, plan);
	}
	return *line == '#' || *line == '\n';
}

int plan_read(const char *path, struct plan *ret)
{
	FILE *file = fopen(path, "re");
	char line[256];
	int number = 1, error = 0;

	if (!file)
		return -errno;
	*ret = (struct plan){ 0 };
	for (; !error && fgets(line, sizeof(line), file); number++)
		if (!read_line(line, ret))
			error = number;
	fclose(file);
	return error;
}

const char *plan_build(const struct plan_process *process)
{
	return builds[process->build];
}

int plan_leader(const struct plan *plan, int process)
{
	int thread = 0;

	while (plan->threads[thread].process != process)
		thread++;
	return thread;
}
