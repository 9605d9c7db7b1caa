/* SPDX-License-Identifier: BSD-2-Clause */
#include "sample_deadlock.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct look_task sample_task(uint32_t pid)
{
	struct look_task task = {
		.tid = pid,
		.pid = pid,
		.start_ns = 5 * SAMPLE_NS + pid,
		.switches = 31,
		.call = 202,
		.args = { 0x7f48d49ea000, 0x109 },
		.name = "python3",
	};

	return task;
}

struct deadlock *sample_new(enum verdict verdict, size_t count)
{
	struct deadlock *deadlock = calloc(1, sizeof(*deadlock));

	assert(deadlock);
	deadlock->id = 0x9f0c2d11a86be34;
	deadlock->verdict = verdict;
	deadlock->certainty = CERTAINTY_PROVEN;
	deadlock->found_wall_ns = 1769860800 * SAMPLE_NS + 123456789;
	deadlock->found_ns = 1000 * SAMPLE_NS;
	deadlock->since_ns = deadlock->found_ns - 12 * SAMPLE_NS - SAMPLE_NS / 10 * 4;
	deadlock->causes = calloc(count, sizeof(*deadlock->causes));
	deadlock->cause_count = count;
	deadlock->ring_count = count;
	for (size_t i = 0; i < count; i++) {
		deadlock->causes[i].task = sample_task(100 + (uint32_t)i);
		deadlock->causes[i].since_ns = deadlock->since_ns;
	}
	return deadlock;
}

void sample_wait(struct deadlock *deadlock, size_t i, enum wait_kind kind, const char *object)
{
	struct cause *cause = &deadlock->causes[i];

	cause->kind = kind;
	snprintf(cause->object, sizeof(cause->object), "%s", object);
}

struct party *sample_edge(struct deadlock *deadlock, size_t i, uint32_t pid, enum relation relation)
{
	struct cause *cause = &deadlock->causes[i];

	cause->waits_for = reallocarray(cause->waits_for, cause->waits_for_count + 1,
					sizeof(*cause->waits_for));
	assert(cause->waits_for);

	struct party *party = &cause->waits_for[cause->waits_for_count++];

	*party = (struct party){ .pid = pid, .tid = pid, .relation = relation };
	strcpy(party->name, pid ? "python3" : "");
	return party;
}

void sample_evidence(struct party *party, const struct evidence *evidence)
{
	struct evidence_list *list = &party->evidence;

	list->items = reallocarray(list->items, list->count + 1, sizeof(*list->items));
	assert(list->items);
	list->items[list->count++] = *evidence;
	list->capacity = list->count;
}

void sample_victims(struct deadlock *deadlock, size_t count)
{
	deadlock->victim_count = count;
	deadlock->victims_listed = count < VICTIMS_LISTED ? count : VICTIMS_LISTED;
	deadlock->victims = calloc(deadlock->victims_listed, sizeof(*deadlock->victims));
	assert(deadlock->victims);
	for (size_t i = 0; i < deadlock->victims_listed; i++) {
		struct victim *victim = &deadlock->victims[i];

		victim->task = sample_task(200 + (uint32_t)i);
		victim->task.call = 61;
		victim->kind = WAIT_WAIT4;
		victim->since_ns = deadlock->since_ns;
		victim->waits_for = (struct party){
			.pid = 100,
			.tid = 100,
			.is_process = 1,
			.name = "python3",
			.relation = RELATION_CHILD,
		};
	}
}

void sample_frame(struct deadlock *deadlock, size_t i, const char *function, const char *file,
		  uint32_t line, const char *module)
{
	struct cause *cause = &deadlock->causes[i];

	cause->stack = reallocarray(cause->stack, cause->stack_count + 1, sizeof(*cause->stack));
	assert(cause->stack);

	struct stack_frame *frame = &cause->stack[cause->stack_count++];

	*frame = (struct stack_frame){ .line = line,
				       .type = module ? FRAME_NATIVE : FRAME_PYTHON,
				       .pc = module ? 0x7f48d3e90dd0 : 0,
				       .offset = module ? 0x1d : 0 };
	snprintf(frame->function, sizeof(frame->function), "%s", function);
	snprintf(frame->file, sizeof(frame->file), "%s", file);
	snprintf(frame->module, sizeof(frame->module), "%s", module ? module : "");
}

void sample_victim_frame(struct deadlock *deadlock, size_t i, const char *function,
			 const char *file, uint32_t line)
{
	struct victim *victim = &deadlock->victims[i];

	victim->stack = calloc(1, sizeof(*victim->stack));
	assert(victim->stack);
	victim->stack_count = 1;
	*victim->stack = (struct stack_frame){ .line = line, .type = FRAME_PYTHON };
	snprintf(victim->stack->function, sizeof(victim->stack->function), "%s", function);
	snprintf(victim->stack->file, sizeof(victim->stack->file), "%s", file);
}

struct deadlock *sample_two_locks(void)
{
	struct deadlock *deadlock = sample_new(VERDICT_CYCLE, 2);
	const struct evidence items[] = {
		{ .source = EVIDENCE_MEMORY,
		  .length = 4,
		  .bytes = { 1 },
		  .pid = 101,
		  .address = 0x7f48d3e09d40,
		  .meaning = "SemLock.count is 1" },
		{ .source = EVIDENCE_KERNEL,
		  .kernel = 3,
		  .found = 3,
		  .what = "mappers of inode 6",
		  .meaning = "nobody else maps it" },
		{ .source = EVIDENCE_PROC,
		  .what = "/proc/101/fd/4",
		  .value = "pipe:[77]",
		  .meaning = "the write end" },
		{ .source = EVIDENCE_HISTORY, .value = "exit of 99", .meaning = "who died" },
	};

	for (size_t i = 0; i < 2; i++) {
		sample_wait(deadlock, i, WAIT_SEMLOCK,
			    "semaphore 0x7f48d49ea000 (/dev/shm/sem.9vEr8a deleted, inode 6)");
		struct party *party = sample_edge(deadlock, i, 101 - (uint32_t)i, RELATION_HOLDS);
		for (size_t j = 0; j < sizeof(items) / sizeof(*items); j++)
			sample_evidence(party, &items[j]);
	}
	sample_victims(deadlock, 1);
	return deadlock;
}

struct deadlock *sample_two_places(void)
{
	static const struct {
		const char *function, *lock;
		uint32_t line;
	} places[] = { { "deposit", "account_lock", 9 }, { "withdraw", "log_lock", 21 } };
	struct deadlock *deadlock = sample_two_locks();

	for (size_t i = 0; i < 2; i++) {
		strcpy(deadlock->causes[i].name, places[i].lock);
		strcpy(deadlock->causes[i].waits_for[0].since,
		       i ? "deposit at bank.py:7" : "withdraw at bank.py:19");
		sample_frame(deadlock, i, "sem_wait", "", 0, "libc.so.6");
		sample_frame(deadlock, i, "__enter__",
			     "/usr/lib/python3.11/multiprocessing/synchronize.py", 95, NULL);
		sample_frame(deadlock, i, places[i].function, "/srv/bank/bank.py", places[i].line,
			     NULL);
		sample_frame(deadlock, i, "run", "/usr/lib/python3.11/multiprocessing/process.py",
			     108, NULL);
		sample_frame(deadlock, i, "serve", "/srv/bank/bank.py", 40, NULL);
	}
	sample_victim_frame(deadlock, 0, "serve", "/srv/bank/bank.py", 52);
	deadlock->release = (struct release){ .pid = 100, .tasks = 1, .known = true };
	strcpy(deadlock->release.name, "python3");
	return deadlock;
}

struct deadlock *sample_self(enum wait_kind kind)
{
	struct deadlock *deadlock = sample_new(VERDICT_SELF, 1);

	sample_wait(deadlock, 0, kind, "lock 0x1000");
	sample_edge(deadlock, 0, 100, RELATION_HOLDS);
	return deadlock;
}

static struct coroutine_frame sample_coroutine(uint64_t task, const char *name, const char *awaits,
					       const char *holder)
{
	struct coroutine_frame item = { .task = task };

	item.frame.type = FRAME_PYTHON;
	strcpy(item.frame.function, "Lock.acquire");
	strcpy(item.frame.file, "/usr/lib/python3.11/asyncio/locks.py");
	item.frame.line = 120;
	strcpy(item.name, name);
	strcpy(item.awaits, awaits);
	strcpy(item.holder, holder);
	return item;
}

struct deadlock *sample_event_loop(void)
{
	struct coroutine_frame items[4] = {
		sample_coroutine(0x1000, "payer", "Lock ledger", "auditor"),
		{ .task = 0x1000 },
		sample_coroutine(0x2000, "auditor", "Lock Till.lock", "payer"),
		{ .task = 0x2000 },
	};
	struct deadlock *deadlock = sample_new(VERDICT_SELF, 1);

	for (uint32_t i = 1; i < 4; i += 2) {
		items[i].frame.type = FRAME_PYTHON;
		items[i].frame.line = 10 * i;
		strcpy(items[i].frame.function, i == 1 ? "pay" : "audit");
		strcpy(items[i].frame.file, "/srv/till.py");
	}
	sample_wait(deadlock, 0, WAIT_EPOLL, "epoll instance 3 of 1 files, the first a socket");
	sample_edge(deadlock, 0, 100, RELATION_PEER);
	sample_frame(deadlock, 0, "BaseEventLoop._run_once",
		     "/usr/lib/python3.11/asyncio/base_events.py", 1884, NULL);
	sample_frame(deadlock, 0, "<module>", "/srv/till.py", 50, NULL);
	if (coroutines_take(items, 4, &deadlock->causes[0].coroutines))
		abort();
	return deadlock;
}

struct deadlock *sample_dead_owner(uint32_t exit_code)
{
	struct deadlock *deadlock = sample_new(VERDICT_DEAD_OWNER, 1);

	sample_wait(deadlock, 0, WAIT_SEMLOCK, "lock 0x1000");
	sample_edge(deadlock, 0, 0, RELATION_HOLDS)->state = PARTY_GONE;
	deadlock->dead.pid = 99;
	deadlock->dead.tid = 99;
	deadlock->dead.exit_code = exit_code;
	deadlock->dead.exit_known = true;
	strcpy(deadlock->dead.name, "worker");
	return deadlock;
}

struct deadlock *sample_left_behind(void)
{
	struct deadlock *deadlock = sample_new(VERDICT_DEAD_OWNER, 1);

	sample_wait(deadlock, 0, WAIT_MUTEX, "mutex 0x1000");
	sample_edge(deadlock, 0, 0, RELATION_HOLDS)->state = PARTY_LEFT_BEHIND;
	return deadlock;
}

struct deadlock *sample_no_waker(size_t count)
{
	struct deadlock *deadlock = sample_new(VERDICT_NO_WAKER, count);

	deadlock->ring_count = 0;
	for (size_t i = 0; i < count; i++) {
		sample_wait(deadlock, i, WAIT_SEMLOCK, "semaphore 0x1000");
		struct party *party = sample_edge(deadlock, i, 0, RELATION_MAY_POST);

		strcpy(party->group, "mappers of inode 6");
		party->group_count = (uint32_t)count;
	}
	return deadlock;
}

struct deadlock *sample_undrained_queue(void)
{
	struct deadlock *deadlock = sample_new(VERDICT_CYCLE, 2);

	sample_wait(deadlock, 0, WAIT_WAIT4, "child 101");
	sample_edge(deadlock, 0, 101, RELATION_CHILD)->is_process = 1;
	sample_wait(deadlock, 1, WAIT_PIPE_WRITE, "pipe of inode 9");
	struct party *party = sample_edge(deadlock, 1, 0, RELATION_READER);
	strcpy(party->group, "readers of inode 9");
	party->group_count = 1;
	return deadlock;
}

struct chain sample_chain(void)
{
	struct chain chain = { .links = calloc(2, sizeof(*chain.links)), .count = 2, .key = 1 };

	assert(chain.links);
	chain.links[0] = (struct chain_link){
		.task = sample_task(100),
		.kind = WAIT_WAIT4,
		.relation = RELATION_CHILD,
		.since_ns = 988 * SAMPLE_NS,
		.object = "child 101",
	};
	chain.links[0].task.call = 61;
	chain.links[1] = (struct chain_link){
		.task = sample_task(101),
		.kind = WAIT_OTHER,
		.since_ns = 999 * SAMPLE_NS,
		.open = OPEN_BIT(OPEN_TIMED) | OPEN_BIT(OPEN_ALIVE),
	};
	chain.links[1].task.call = 230;
	return chain;
}

struct judge_stats sample_stats(void)
{
	struct judge_stats stats = {
		.looks = 2,
		.tasks = 412,
		.blocked = 17,
		.open = { [OPEN_TIMED] = 9, [OPEN_SOCKET] = 5 },
		.blocked_by_kind = { [WAIT_MUTEX] = 3 },
		.longest_ns = { [WAIT_MUTEX] = 12 * SAMPLE_NS },
		.detected = { [VERDICT_CYCLE] = 1 },
		.look_ns = 1500000,
	};

	return stats;
}
