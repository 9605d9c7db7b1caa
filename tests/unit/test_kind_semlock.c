/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "fake_system.h"
#include "kinds/kinds.h"
#include "kinds/semlock_object.h"

#define WAIT_SHARED 0x109
#define INODE	    6
#define TYPE	    0x900000
#define NAME	    0x910000
#define OBJECT(pid) (0x100000 + (pid)*0x1000ull)
#define HANDLE(pid) (0x200000 + (pid)*0x1000ull)
#define LOCK	    SEMLOCK_SEMAPHORE
#define RLOCK	    SEMLOCK_RECURSIVE

struct object {
	uint64_t references, type, handle, last_tid;
	int32_t count, maxvalue, kind, padding;
};

/* Python processes that share one lock, the first of which waits for it. */
struct scene {
	struct fake_system system;
	struct mapping mappings[4];
	struct object objects[4];
	uint64_t hits[4];
	uint32_t count;
};

static const uint32_t sem[10] = { 0, 1, 128 };
static const uint64_t type[4] = { 0, 0, 0, NAME };
static const char name[] = "_multiprocessing.SemLock";

static void add_process(struct scene *s, uint32_t pid, int kind, int count)
{
	uint32_t i = s->count++;
	struct look_task *task = fake_task(&s->system, pid, pid);

	s->mappings[i] = (struct mapping){
		.start = HANDLE(pid),
		.end = HANDLE(pid) + 0x1000,
		.inode = INODE,
		.mm = task->mm,
		.dev = FAKE_DEV,
		.pid = pid,
		.flags = MAPPING_SHARED | MAPPING_WRITE,
	};
	s->objects[i] =
		(struct object){ 2, TYPE, HANDLE(pid), task->thread_pointer, count, 1, kind, 0 };
	s->hits[i] = OBJECT(pid) + 16;
	fake_memory(&s->system, pid, OBJECT(pid), &s->objects[i], sizeof(s->objects[i]));
	fake_memory(&s->system, pid, TYPE, type, sizeof(type));
	fake_memory(&s->system, pid, NAME, name, sizeof(name));
	fake_search(&s->system, pid, HANDLE(pid), &s->hits[i], 1);
	fake_program(&s->system, pid, "/usr/bin/python3.11");
	fake_futex(task, HANDLE(pid), WAIT_SHARED, 0, sem, sizeof(sem));
	fake_shared(task, INODE, 0);
}

static struct fake_wait resolved(struct scene *s, enum cost budget)
{
	for (uint32_t i = 0; i < s->count; i++)
		s->mappings[i].writable_mappings = s->count;
	fake_mappers(&s->system, FAKE_DEV, INODE, s->mappings, s->count);
	return fake_resolve(&s->system, &semlock_kind, s->system.tasks[0].tid, budget);
}

/* The edge to who took the lock, NULL if nobody is held responsible. */
static const struct edge *holder(const struct fake_wait *wait)
{
	for (uint32_t i = 0; i < wait->edge_count; i++)
		if (wait->edges[i].relation == RELATION_HOLDS)
			return &wait->edges[i];
	return NULL;
}

static void scene_deinit(struct scene *s)
{
	fake_system_deinit(&s->system);
}

/* Two processes with these counts; who holds the lock, by custom? 0: nobody, -1: the dead. */
static int holder_of(int kind, int first, int second)
{
	struct scene s = { 0 };

	add_process(&s, 10, kind, first);
	add_process(&s, 20, kind, second);

	struct fake_wait wait = resolved(&s, COST_SEARCH);
	const struct edge *edge = holder(&wait);
	int tid = 0;

	if (edge)
		tid = node_is_task(&s.system.graph, edge->target)
			      ? (int)s.system.look.tasks[edge->target].tid
			      : -1;
	scene_deinit(&s);
	return tid;
}

Test(kind_semlock, holder_is_whose_count_is_one)
{
	cr_expect_eq(holder_of(LOCK, 0, 1), 20);
	cr_expect_eq(holder_of(LOCK, 1, 0), 10, "itself");
}

Test(kind_semlock, nobody_counts_so_the_holder_died)
{
	cr_assert_eq(holder_of(LOCK, 0, 0), -1);
}

Test(kind_semlock, baton_has_no_holder)
{
	cr_expect_eq(holder_of(LOCK, 1, -1), 0, "taken here, released there");
	cr_expect_eq(holder_of(LOCK, 0, -1), 0);
	cr_expect_eq(holder_of(LOCK, 1, 1), 0, "a release that is not counted yet");
	cr_expect_eq(holder_of(LOCK, 2, 0), 0, "no lock is taken twice");
}

Test(kind_semlock, recursive_lock_counts_its_depth)
{
	cr_expect_eq(holder_of(RLOCK, 0, 3), 20);
	cr_expect_eq(holder_of(RLOCK, 0, 0), -1);
	cr_expect_eq(holder_of(RLOCK, 1, 1), 0);
	cr_expect_eq(holder_of(RLOCK, 0, -1), 0);
}

Test(kind_semlock, lock_may_be_released_by_anybody_who_maps_it)
{
	struct scene s = { 0 };

	add_process(&s, 10, LOCK, 0);
	add_process(&s, 20, LOCK, 1);

	struct fake_wait wait = resolved(&s, COST_SEARCH);
	const struct edge *mappers = fake_group_edge(&s.system, &wait, GROUP_MAPPERS);

	cr_assert_eq(wait.next, COST_DONE);
	cr_assert_eq(wait.open, 0);
	cr_assert_eq(holder(&wait)->flags, EDGE_HOLDER);
	cr_assert_eq(mappers->flags, EDGE_CAN_END);
	cr_assert_eq(mappers->relation, RELATION_MAY_POST);
	scene_deinit(&s);
}

Test(kind_semlock, recursive_lock_is_released_by_its_holder_alone)
{
	struct scene s = { 0 };

	add_process(&s, 10, RLOCK, 0);
	add_process(&s, 20, RLOCK, 1);

	struct fake_wait wait = resolved(&s, COST_SEARCH);

	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(holder(&wait)->flags, EDGE_CAN_END | EDGE_HOLDER);
	scene_deinit(&s);
}

Test(kind_semlock, name_opens_both_but_not_by_custom)
{
	for (int kind = RLOCK; kind <= LOCK; kind++) {
		struct scene s = { 0 };

		add_process(&s, 10, kind, 0);
		add_process(&s, 20, kind, 1);
		s.system.tasks[0].object_nlink = 1;
		cr_expect_eq(resolved(&s, COST_SEARCH).open, OPEN_BIT(OPEN_NAME));
		scene_deinit(&s);
	}
}

Test(kind_semlock, holder_is_the_thread_that_took_it_last)
{
	struct scene s = { 0 };

	add_process(&s, 10, LOCK, 0);
	add_process(&s, 20, LOCK, 1);
	s.objects[1].last_tid = fake_task(&s.system, 20, 21)->thread_pointer;

	struct fake_wait wait = resolved(&s, COST_SEARCH);

	cr_assert_eq(holder(&wait)->target, fake_node(&s.system, 21));
	scene_deinit(&s);
}

Test(kind_semlock, process_answers_for_a_thread_that_has_ended)
{
	struct scene s = { 0 };

	add_process(&s, 10, LOCK, 0);
	add_process(&s, 20, LOCK, 1);
	s.objects[1].last_tid = 0x7fffdead0000;

	struct fake_wait wait = resolved(&s, COST_SEARCH);

	cr_assert_eq(holder(&wait)->target, fake_process(&s.system, 20));
	scene_deinit(&s);
}

Test(kind_semlock, semaphore_has_no_holder)
{
	struct scene s = { 0 };

	add_process(&s, 10, LOCK, 0);
	add_process(&s, 20, LOCK, 1);
	s.objects[0].maxvalue = s.objects[1].maxvalue = 0x7fffffff;

	struct fake_wait wait = resolved(&s, COST_SEARCH);

	cr_assert_not(holder(&wait));
	cr_assert(fake_group_edge(&s.system, &wait, GROUP_MAPPERS));
	scene_deinit(&s);
}

Test(kind_semlock, nothing_is_claimed_if_one_mapper_has_no_object)
{
	struct scene s = { 0 };

	add_process(&s, 10, LOCK, 0);
	add_process(&s, 20, LOCK, 1);
	s.objects[0].references = 0; /* freed */
	cr_expect_not(({
		struct fake_wait wait = resolved(&s, COST_SEARCH);
		holder(&wait);
	}));
	scene_deinit(&s);
}

/* The object of process 20 with one word spoilt. */
static bool holder_with(void (*spoil)(struct object *))
{
	struct scene s = { 0 };

	add_process(&s, 10, LOCK, 0);
	add_process(&s, 20, LOCK, 1);
	spoil(&s.objects[1]);

	struct fake_wait wait = resolved(&s, COST_SEARCH);
	bool yes = holder(&wait);

	scene_deinit(&s);
	return yes;
}

static void spoil_type(struct object *object)
{
	object->type = NAME; /* mapped, but no type */
}

static void spoil_kind(struct object *object)
{
	object->kind = 2;
}

static void spoil_references(struct object *object)
{
	object->references = 0x7f0000001000; /* a link of a free list */
}

static void spoil_nothing(struct object *object)
{
	(void)object;
}

Test(kind_semlock, hit_that_is_no_object_is_not_believed)
{
	cr_expect(holder_with(spoil_nothing));
	cr_expect_not(holder_with(spoil_type));
	cr_expect_not(holder_with(spoil_kind));
	cr_expect_not(holder_with(spoil_references));
}

/* All counts are 0; a second thread of process 20 is in `call`. Is the holder called dead? */
static bool dead_beside(int call, uint64_t op, uint64_t timeout, uint32_t flags)
{
	struct scene s = { 0 };

	add_process(&s, 10, LOCK, 0);
	add_process(&s, 20, LOCK, 0);

	struct look_task *thread = fake_task(&s.system, 20, 21);

	fake_call(thread, call, 0x404000, op, 0, timeout);
	thread->flags = flags;

	struct fake_wait wait = resolved(&s, COST_SEARCH);
	bool dead = fake_group_edge(&s.system, &wait, GROUP_DEAD);

	scene_deinit(&s);
	return dead;
}

Test(kind_semlock, thread_that_may_be_about_to_count_is_no_death)
{
	const int sleep = SYS_clock_nanosleep, futex = SYS_futex;

	cr_expect(dead_beside(sleep, 0, 0, TASK_SLEEPING), "asleep in a call");
	cr_expect(dead_beside(futex, 0x89, 0, TASK_SLEEPING), "untimed futex");
	cr_expect_not(dead_beside(futex, 0x89, 0x7ffe0000, TASK_SLEEPING), "waits for the GIL");
	cr_expect_not(dead_beside(sleep, 0, 0, 0), "runs");
	cr_expect_not(dead_beside(sleep, 0, 0, TASK_SLEEPING | TASK_STOPPED), "stopped");
	cr_expect_not(dead_beside(sleep, 0, 0, TASK_SLEEPING | TASK_FROZEN), "frozen");
	cr_expect_not(dead_beside(-1, 0, 0, TASK_SLEEPING), "in a page fault");
}

Test(kind_semlock, dead_holder_of_one_lock_is_one_node)
{
	struct scene s = { 0 };

	add_process(&s, 10, LOCK, 0);
	add_process(&s, 20, LOCK, 0);

	struct fake_wait one = resolved(&s, COST_SEARCH);
	struct fake_wait two = fake_resolve(&s.system, &semlock_kind, 20, COST_SEARCH);

	cr_assert_eq(holder(&one)->target, holder(&two)->target);
	cr_assert(fake_group(&s.system, holder(&one))->b & DEAD_UNNAMED);
	scene_deinit(&s);
}

Test(kind_semlock, mapper_that_was_not_found_opens_it)
{
	struct scene s = { 0 };

	add_process(&s, 10, LOCK, 0);
	add_process(&s, 20, LOCK, 0);
	s.mappings[0].writable_mappings = 3;
	fake_mappers(&s.system, FAKE_DEV, INODE, s.mappings, 2);

	struct fake_wait wait = fake_resolve(&s.system, &semlock_kind, 10, COST_SEARCH);

	cr_assert(wait.open & OPEN_BIT(OPEN_CENSUS));
	scene_deinit(&s);
}

Test(kind_semlock, says_nothing_before_the_search)
{
	struct scene s = { 0 };

	add_process(&s, 10, LOCK, 0);
	s.system.tasks[0].caught = 1ull << (SIGTERM - 1);

	struct fake_wait look = resolved(&s, COST_LOOK);
	struct fake_wait read = fake_resolve(&s.system, &semlock_kind, 10, COST_READ);

	cr_expect_eq(look.next, COST_READ);
	cr_expect_eq(read.next, COST_SEARCH);
	cr_expect_eq(look.open | read.open, 0);
	cr_expect_eq(look.edge_count + read.edge_count, 0);
	cr_expect_eq(fake_resolve(&s.system, &semlock_kind, 10, COST_SEARCH).open,
		     OPEN_BIT(OPEN_SIGNAL));
	scene_deinit(&s);
}

Test(kind_semlock, in_another_program_it_is_a_plain_semaphore)
{
	struct scene s = { 0 };
	struct look_task *task = fake_task(&s.system, 10, 10);

	fake_futex(task, HANDLE(10), WAIT_SHARED, 0, sem, sizeof(sem));
	fake_shared(task, INODE, 0);
	fake_program(&s.system, 10, "/usr/sbin/service");

	struct fake_wait wait = fake_resolve(&s.system, &semlock_kind, 10, COST_READ);

	cr_assert_eq(wait.kind, WAIT_SEM);
	cr_assert_eq(wait.next, COST_TABLE);
	scene_deinit(&s);
}

Test(kind_semlock, private_semaphore_is_none)
{
	struct fake_system system = { 0 };
	static const uint32_t words[10] = { 0, 1, 0 };

	fake_futex(fake_task(&system, 10, 10), 0x404000, 0x189, 0, words, sizeof(words));
	cr_assert_not(fake_recognise(&system, &semlock_kind, 10));
	fake_system_deinit(&system);
}

/* What the wait's object is called if the interpreter answers so about the lock. */
static void expect_description(const struct python_lock *lock, int error, const char *text)
{
	struct interpreter interpreter = { .version = 0x030b02f0, .flags = INTERPRETER_KNOWN };
	struct scene s = { 0 };

	add_process(&s, 10, LOCK, 0);
	s.system.answers[s.system.answer_count++] = (struct fake_answer){
		.question = { .type = ASK_INTERPRETER, .id = 10 },
		.answer = { .error = error, .count = 1, .items = &interpreter }
	};
	s.system.answers[s.system.answer_count++] =
		(struct fake_answer){ .question = { .type = ASK_PYTHON_LOCKS, .id = 10 },
				      .answer = { .count = 1, .items = lock } };
	cr_expect_str_eq(resolved(&s, COST_SEARCH).description, text);
	scene_deinit(&s);
}

Test(kind_semlock, frame_of_the_waiter_names_the_lock)
{
	struct python_lock lock = { .word = HANDLE(10),
				    .tid = 10,
				    .bond = PYTHON_SEEN,
				    .type = PYTHON_SHARED_RLOCK,
				    .name = "Queue._rlock" };

	expect_description(&lock, 0, "RLock Queue._rlock at 0x20a000 (inode 6)");
	expect_description(&lock, -ENOENT, "semaphore 0x20a000 (inode 6)");
	lock.word++;
	expect_description(&lock, 0, "semaphore 0x20a000 (inode 6)");
}
