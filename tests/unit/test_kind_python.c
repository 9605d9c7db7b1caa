/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define WAIT_PRIVATE 0x189 /* FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME | FUTEX_PRIVATE_FLAG */
#define WORD	     0x1000
#define OBJECT	     0x7000
#define IDENT(tid)   (0x100000 + (uint64_t)(tid)*0x1000)

static const uint32_t taken[10] = { 0, 1, 0 };

/* Process 10: thread 11 waits for the lock; 10 and 12 sleep elsewhere. */
struct scene {
	struct fake_system system;
	struct interpreter interpreter;
	struct python_lock locks[8];
	uint32_t count;
	int error;
};

static void scene_begin(struct scene *scene)
{
	*scene = (struct scene){ .interpreter = { 0x500000, 0x600000, 0x030b02f0,
						  INTERPRETER_KNOWN } };
	for (uint32_t tid = 10; tid <= 12; tid++)
		fake_task(&scene->system, 10, tid)->thread_pointer = IDENT(tid);
	fake_futex(&scene->system.tasks[1], WORD, WAIT_PRIVATE, 0, taken, sizeof(taken));
}

static struct python_lock *scene_bond(struct scene *scene, enum python_bond bond,
				      enum python_lock_type type, uint32_t tid)
{
	struct python_lock *lock = &scene->locks[scene->count++];

	*lock = (struct python_lock){ .word = WORD,
				      .object = OBJECT,
				      .link = WORD,
				      .where = 0x9000 + 8 * scene->count,
				      .value = 0xa000,
				      .tid = tid,
				      .bond = bond,
				      .type = type };
	return lock;
}

static void scene_answer(struct scene *scene, enum question_type type, const void *items,
			 uint32_t count, int error)
{
	scene->system.answers[scene->system.answer_count++] = (struct fake_answer){
		.question = { .type = type, .id = 10 },
		.answer = { .error = error, .count = count, .items = items }
	};
}

static struct fake_wait scene_resolve(struct scene *scene, enum cost budget)
{
	if (!scene->system.built) {
		scene_answer(scene, ASK_INTERPRETER, &scene->interpreter, 1, scene->error);
		scene_answer(scene, ASK_PYTHON_LOCKS, scene->locks, scene->count, 0);
	}
	return fake_resolve(&scene->system, &python_lock_kind, 11, budget);
}

Test(kind_python, nothing_is_said_before_the_interpreter_was_asked)
{
	struct scene scene;

	scene_begin(&scene);
	scene_bond(&scene, PYTHON_WITH, PYTHON_LOCK, 12);
	for (enum cost budget = COST_LOOK; budget < COST_SEARCH; budget++) {
		struct fake_wait wait = scene_resolve(&scene, budget);

		cr_expect_eq(wait.edge_count, 0);
		cr_expect_eq(wait.open, 0);
		cr_expect_gt(wait.next, budget);
	}
	fake_system_deinit(&scene.system);
}

Test(kind_python, whoever_is_inside_the_with_holds_the_lock_by_custom_only)
{
	struct scene scene;

	scene_begin(&scene);
	scene_bond(&scene, PYTHON_SEEN, PYTHON_LOCK, 11);
	scene_bond(&scene, PYTHON_WITH, PYTHON_LOCK, 12);

	struct fake_wait wait = scene_resolve(&scene, COST_SEARCH);
	const struct edge *edge = fake_edge(&wait, fake_node(&scene.system, 12));

	cr_assert_eq(wait.kind, WAIT_PYTHON_LOCK);
	cr_assert(edge);
	cr_expect_eq(edge->relation, RELATION_HOLDS);
	cr_expect_eq(edge->flags, EDGE_HOLDER);
	cr_expect(wait.held);
	cr_expect(fake_group_edge(&scene.system, &wait, GROUP_MEMORY), "any thread may release it");
	fake_system_deinit(&scene.system);
}

Test(kind_python, two_threads_inside_the_with_hold_nothing)
{
	struct scene scene;

	scene_begin(&scene);
	scene_bond(&scene, PYTHON_WITH, PYTHON_LOCK, 12);
	scene_bond(&scene, PYTHON_WITH, PYTHON_LOCK, 10);

	struct fake_wait wait = scene_resolve(&scene, COST_SEARCH);

	cr_expect_eq(wait.edge_count, 1);
	cr_expect(fake_group_edge(&scene.system, &wait, GROUP_MEMORY));
	fake_system_deinit(&scene.system);
}

Test(kind_python, bond_with_another_lock_is_none_with_this_one)
{
	struct scene scene;

	scene_begin(&scene);
	scene_bond(&scene, PYTHON_SEEN, PYTHON_LOCK, 11);
	scene_bond(&scene, PYTHON_WITH, PYTHON_LOCK, 12)->word = WORD + 32;

	struct fake_wait wait = scene_resolve(&scene, COST_SEARCH);

	cr_expect_eq(wait.kind, WAIT_PYTHON_LOCK);
	cr_expect_eq(wait.edge_count, 1);
	cr_expect_not(wait.held);
	fake_system_deinit(&scene.system);
}

Test(kind_python, owner_of_an_rlock_alone_ends_the_wait)
{
	struct scene scene;

	scene_begin(&scene);
	scene_bond(&scene, PYTHON_OWNS, PYTHON_RLOCK, 12);

	struct fake_wait wait = scene_resolve(&scene, COST_SEARCH);
	const struct edge *edge = fake_edge(&wait, fake_node(&scene.system, 12));

	cr_assert_eq(wait.kind, WAIT_PYTHON_RLOCK);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert(edge);
	cr_expect_eq(edge->flags, EDGE_HOLDER | EDGE_CAN_END);
	fake_system_deinit(&scene.system);
}

Test(kind_python, owner_that_has_ended_is_dead)
{
	struct scene scene;

	scene_begin(&scene);
	scene_bond(&scene, PYTHON_NOBODY, PYTHON_RLOCK, 0)->value = IDENT(99);

	struct fake_wait wait = scene_resolve(&scene, COST_SEARCH);

	cr_assert_eq(wait.edge_count, 1);
	cr_expect(fake_group_edge(&scene.system, &wait, GROUP_DEAD));
	cr_expect_eq(wait.open, 0);
	fake_system_deinit(&scene.system);
}

Test(kind_python, owner_that_is_a_thread_without_python_now_is_alive)
{
	struct scene scene;

	scene_begin(&scene);
	scene_bond(&scene, PYTHON_NOBODY, PYTHON_RLOCK, 0)->value = IDENT(12);

	struct fake_wait wait = scene_resolve(&scene, COST_SEARCH);

	cr_assert_eq(wait.edge_count, 1);
	cr_expect(fake_edge(&wait, fake_node(&scene.system, 12)));
	fake_system_deinit(&scene.system);
}

Test(kind_python, nobody_is_called_dead_while_threads_are_not_known)
{
	struct scene scene;

	scene_begin(&scene);
	scene_bond(&scene, PYTHON_NOBODY, PYTHON_RLOCK, 0)->value = IDENT(99);
	scene.system.tasks[0].thread_pointer = 0;
	cr_expect(scene_resolve(&scene, COST_SEARCH).open & OPEN_BIT(OPEN_UNREADABLE));
	fake_system_deinit(&scene.system);
}

Test(kind_python, thread_that_is_joined_alone_ends_the_wait)
{
	struct scene scene;

	scene_begin(&scene);
	scene_bond(&scene, PYTHON_ENDS, PYTHON_THREAD, 12);

	struct fake_wait wait = scene_resolve(&scene, COST_SEARCH);
	const struct edge *edge = fake_edge(&wait, fake_node(&scene.system, 12));

	cr_assert_eq(wait.kind, WAIT_JOIN);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert(edge);
	cr_expect_eq(edge->relation, RELATION_JOINS);
	cr_expect_eq(edge->flags, EDGE_HOLDER | EDGE_CAN_END);
	fake_system_deinit(&scene.system);
}

Test(kind_python, parked_thread_waits_for_what_lies_below_its_semaphore)
{
	struct scene scene;
	const uint64_t parked = 0x7057;

	scene_begin(&scene);
	scene.interpreter.version = 0x030d00f0;
	scene_bond(&scene, PYTHON_ENDS, PYTHON_THREAD, 12)->word = parked;
	fake_memory(&scene.system, 10, WORD - 8, &parked, sizeof(parked));
	cr_expect_eq(scene_resolve(&scene, COST_SEARCH).kind, WAIT_JOIN);
	fake_system_deinit(&scene.system);
}

Test(kind_python, lock_without_a_trace_is_left_to_its_process)
{
	struct scene scene;

	scene_begin(&scene);
	scene_bond(&scene, PYTHON_SEEN, PYTHON_LOCK, 11);

	struct fake_wait wait = scene_resolve(&scene, COST_SEARCH);

	cr_expect_eq(wait.kind, WAIT_PYTHON_LOCK);
	cr_expect_eq(wait.edge_count, 1);
	cr_expect(fake_group_edge(&scene.system, &wait, GROUP_MEMORY));
	cr_expect_eq(wait.next, COST_DONE);
	fake_system_deinit(&scene.system);
}

Test(kind_python, semaphore_of_another_program_is_none_of_pythons)
{
	struct scene scene;

	scene_begin(&scene);
	scene.error = -ENOENT;

	struct fake_wait wait = scene_resolve(&scene, COST_TABLE);

	cr_expect_eq(wait.kind, WAIT_SEM);
	cr_expect_eq(wait.next, COST_DONE);
	cr_expect(fake_group_edge(&scene.system, &wait, GROUP_MEMORY));
	fake_system_deinit(&scene.system);
}

Test(kind_python, unknown_version_is_left_to_its_process)
{
	struct scene scene;

	scene_begin(&scene);
	scene_bond(&scene, PYTHON_WITH, PYTHON_LOCK, 12);
	scene.interpreter = (struct interpreter){ .version = 0x03630000 };

	struct fake_wait wait = scene_resolve(&scene, COST_SEARCH);

	cr_expect_eq(wait.edge_count, 1);
	cr_expect(fake_group_edge(&scene.system, &wait, GROUP_MEMORY));
	fake_system_deinit(&scene.system);
}

Test(kind_python, timed_and_shared_waits_are_not_recognised)
{
	struct fake_system system = { 0 };
	struct look_task *timed = fake_task(&system, 10, 10), *shared = fake_task(&system, 10, 11);
	static const uint32_t shared_words[10] = { 0, 1, 128 };

	fake_futex(timed, WORD, WAIT_PRIVATE, 0, taken, sizeof(taken));
	timed->args[3] = 0x5000;
	fake_futex(shared, WORD, 0x109, 0, shared_words, sizeof(shared_words));
	fake_shared(shared, 6, 0);
	cr_expect_not(fake_recognise(&system, &python_lock_kind, 10));
	cr_expect_not(fake_recognise(&system, &python_lock_kind, 11));
	fake_system_deinit(&system);
}
