/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <linux/futex.h>
#include <string.h>

#include "fake_system.h"
#include "kinds/kinds.h"
#include "kinds/musl_mutex.h"

#define MUTEX	     0x404040
#define LOCK	     (MUTEX + 4)
#define NEXT	     (MUTEX + 32)
#define HEAD	     0x7f0000000088 /* of the owner's list */
#define THREAD	     0x700000000000
#define WAIT_PRIVATE 0x80
#define RECURSIVE    1
#define ERRORCHECK   2
#define ROBUST	     4
#define INHERIT	     8
#define PSHARED	     128
#define HOLDER	     (EDGE_CAN_END | EDGE_HOLDER)

/* Process 10: thread 11 waits for a mutex of musl that thread 12 owns. */
struct scene {
	struct musl_mutex mutex;
	uint64_t link;
	uint64_t thread[7]; /* struct pthread of the waiter */
	uint32_t op, value;
	uint64_t timeout;
	struct fake_system system;
};

static struct scene scene_of(uint32_t type, uint32_t lock)
{
	struct scene scene = {
		.mutex = { .type = type, .lock = lock, .waiters = 1, .prev = HEAD, .next = HEAD },
		.link = NEXT,
		.op = WAIT_PRIVATE,
		.value = FUTEX_WAITERS | 12,
	};

	scene.thread[0] = THREAD;
	scene.thread[6] = 11;
	return scene;
}

static void arrange(struct scene *scene)
{
	struct fake_system *system = &scene->system;

	fake_task(system, 10, 10);

	struct look_task *task = fake_task(system, 10, 11);

	fake_task(system, 10, 12);
	fake_futex(task, LOCK, scene->op, scene->value, &scene->mutex.lock,
		   sizeof(scene->mutex) - 4);
	task->args[3] = scene->timeout;
	task->thread_pointer = THREAD;
	fake_memory(system, 10, MUTEX, &scene->mutex, sizeof(scene->mutex));
	fake_memory(system, 10, HEAD, &scene->link, sizeof(scene->link));
	fake_memory(system, 10, THREAD, scene->thread, sizeof(scene->thread));
}

static bool recognised(struct scene scene, const struct kind *kind)
{
	arrange(&scene);

	bool yes = fake_recognise(&scene.system, kind, 11);

	fake_system_deinit(&scene.system);
	return yes;
}

static struct fake_wait resolved(struct scene *scene, const struct kind *kind)
{
	arrange(scene);
	cr_assert(fake_recognise(&scene->system, kind, 11));
	return fake_resolve(&scene->system, kind, 11, COST_READ);
}

Test(kind_musl_mutex, owner_in_the_lock_word_alone_ends_the_wait)
{
	const uint32_t types[] = { RECURSIVE, ERRORCHECK, ROBUST, ROBUST | RECURSIVE };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		struct scene scene = scene_of(types[i], FUTEX_WAITERS | 12);
		struct fake_wait wait =
			resolved(&scene, types[i] & ROBUST ? &robust_mutex_kind : &mutex_kind);

		cr_assert_eq(wait.open, 0);
		cr_assert_eq(wait.edge_count, 1);
		cr_assert_eq(wait.edges[0].target, fake_node(&scene.system, 12));
		cr_assert_eq(wait.edges[0].relation, RELATION_HOLDS);
		cr_assert_eq(wait.edges[0].flags, HOLDER);
		fake_system_deinit(&scene.system);
	}
}

Test(kind_musl_mutex, robust_ones_are_of_their_own_kind)
{
	cr_expect(recognised(scene_of(ROBUST, FUTEX_WAITERS | 12), &robust_mutex_kind));
	cr_expect_not(recognised(scene_of(ROBUST, FUTEX_WAITERS | 12), &mutex_kind));
	cr_expect_not(recognised(scene_of(RECURSIVE, FUTEX_WAITERS | 12), &robust_mutex_kind));
}

Test(kind_musl_mutex, normal_one_has_no_owner)
{
	struct scene scene = scene_of(0, FUTEX_WAITERS | 16);

	scene.value = FUTEX_WAITERS | 16;
	cr_expect_not(recognised(scene, &mutex_kind));
	scene.mutex.type = PSHARED;
	cr_expect_not(recognised(scene, &mutex_kind));
}

Test(kind_musl_mutex, illegal_types_are_other_things)
{
	const uint32_t types[] = { 3, INHERIT, INHERIT | RECURSIVE, 16 | RECURSIVE,
				   1u << 31 | RECURSIVE };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		cr_expect_not(recognised(scene_of(types[i], FUTEX_WAITERS | 12), &mutex_kind),
			      "type %x", types[i]);
}

Test(kind_musl_mutex, one_illegal_word_makes_it_another_lock)
{
	struct scene scene;

	scene = scene_of(RECURSIVE, FUTEX_WAITERS | 12), scene.mutex.waiters = 0;
	cr_expect_not(recognised(scene, &mutex_kind), "nobody waits");
	scene = scene_of(ERRORCHECK, FUTEX_WAITERS | 12), scene.mutex.count = 1;
	cr_expect_not(recognised(scene, &mutex_kind), "a depth without recursion");
	scene = scene_of(RECURSIVE, FUTEX_WAITERS | 5000000);
	cr_expect_not(recognised(scene, &mutex_kind), "no tid is that high");
	scene = scene_of(RECURSIVE, FUTEX_WAITERS | 11);
	cr_expect_not(recognised(scene, &mutex_kind), "who has it takes it once more");
	scene = scene_of(ERRORCHECK, FUTEX_WAITERS | 11);
	cr_expect_not(recognised(scene, &mutex_kind), "who has it is told so");
}

Test(kind_musl_mutex, what_is_on_no_list_is_not_owned)
{
	struct scene scene = scene_of(RECURSIVE, FUTEX_WAITERS | 12);

	scene.link = NEXT + 8;
	cr_expect_not(recognised(scene, &mutex_kind), "another's link");
	scene = scene_of(RECURSIVE, FUTEX_WAITERS | 12), scene.mutex.prev = 0;
	cr_expect_not(recognised(scene, &mutex_kind), "no link");
}

Test(kind_musl_mutex, threads_of_other_libraries_have_other_locks)
{
	struct scene scene = scene_of(RECURSIVE, FUTEX_WAITERS | 12);

	scene.thread[6] = 12;
	cr_expect_not(recognised(scene, &mutex_kind), "another tid");
	scene = scene_of(RECURSIVE, FUTEX_WAITERS | 12), scene.thread[0] = 0;
	cr_expect_not(recognised(scene, &mutex_kind), "no pointer to itself");
}

Test(kind_musl_mutex, other_calls_are_other_locks)
{
	struct scene scene;

	scene = scene_of(RECURSIVE, FUTEX_WAITERS | 12), scene.op = 0x189;
	cr_expect_not(recognised(scene, &mutex_kind), "bitset");
	scene = scene_of(RECURSIVE, FUTEX_WAITERS | 12), scene.op = 0;
	cr_expect_not(recognised(scene, &mutex_kind), "a shared wait for a private one");
	scene = scene_of(RECURSIVE | PSHARED, FUTEX_WAITERS | 12);
	cr_expect_not(recognised(scene, &mutex_kind), "a private wait for a shared one");
	scene = scene_of(RECURSIVE, FUTEX_WAITERS | 12), scene.value = 12;
	cr_expect_not(recognised(scene, &mutex_kind), "without its flag");
}

Test(kind_musl_mutex, robust_one_taken_twice_waits_for_its_taker)
{
	struct scene scene = scene_of(ROBUST, FUTEX_WAITERS | 11);
	struct fake_wait wait = resolved(&scene, &robust_mutex_kind);

	cr_assert_eq(wait.edges[0].target, fake_node(&scene.system, 11));
	fake_system_deinit(&scene.system);
}

Test(kind_musl_mutex, heir_that_has_not_repaired_it_owns_it)
{
	struct scene scene = scene_of(ROBUST, FUTEX_WAITERS | FUTEX_OWNER_DIED | 12);
	struct fake_wait wait = resolved(&scene, &robust_mutex_kind);

	cr_assert_eq(wait.edges[0].target, fake_node(&scene.system, 12));
	fake_system_deinit(&scene.system);
}

/* Whose memory it is may wake, and nothing more is said. */
static void assert_left_to_the_memory(struct scene scene, const struct kind *kind)
{
	struct fake_wait wait = resolved(&scene, kind);

	cr_assert_eq(wait.edge_count, 1);
	cr_assert(fake_group_edge(&scene.system, &wait, GROUP_MEMORY));
	cr_assert_eq(wait.edges[0].relation, RELATION_MAY_WAKE);
	fake_system_deinit(&scene.system);
}

Test(kind_musl_mutex, what_nobody_owns_is_left_to_the_address_space)
{
	assert_left_to_the_memory(scene_of(RECURSIVE, 0), &mutex_kind);
	assert_left_to_the_memory(scene_of(ROBUST, FUTEX_OWNER_DIED), &robust_mutex_kind);
	assert_left_to_the_memory(scene_of(ROBUST, 0x7fffffff), &robust_mutex_kind);
	assert_left_to_the_memory(scene_of(ROBUST, 0x3fffffff), &robust_mutex_kind);
}

Test(kind_musl_mutex, owner_that_ended_leaves_one_that_is_not_robust_for_ever)
{
	struct scene scene = scene_of(ERRORCHECK, FUTEX_WAITERS | FUTEX_OWNER_DIED);

	scene.link = 0; /* the owner's list has gone with it */

	struct fake_wait wait = resolved(&scene, &mutex_kind);
	const struct edge *edge = fake_group_edge(&scene.system, &wait, GROUP_DEAD);

	cr_assert(edge);
	cr_assert_eq(edge->relation, RELATION_HOLDS);
	cr_assert(fake_group(&scene.system, edge)->b & DEAD_UNNAMED);
	cr_assert_eq(wait.open, 0);
	fake_system_deinit(&scene.system);
}

Test(kind_musl_mutex, owner_that_is_no_longer_there_is_dead)
{
	struct scene scene = scene_of(RECURSIVE, FUTEX_WAITERS | 99);
	struct fake_wait wait = resolved(&scene, &mutex_kind);
	const struct edge *edge = fake_group_edge(&scene.system, &wait, GROUP_DEAD);

	cr_assert(edge);
	cr_assert_eq(fake_group(&scene.system, edge)->a, 99);
	cr_assert_eq(wait.edge_count, 1, "no heir: only the owner may unlock it");
	fake_system_deinit(&scene.system);
}

Test(kind_musl_mutex, timed_wait_is_open)
{
	struct scene scene = scene_of(RECURSIVE, FUTEX_WAITERS | 12);

	scene.timeout = 0x7ffe0000;

	struct fake_wait wait = resolved(&scene, &mutex_kind);

	cr_assert_eq(wait.open, OPEN_BIT(OPEN_TIMED));
	fake_system_deinit(&scene.system);
}
