/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <linux/futex.h>
#include <string.h>

#include "fake_system.h"
#include "kinds/kinds.h"
#include "kinds/mutex_word.h"

#define LOCK_PI	 0x86
#define LOCK_PI2 0x8d
#define PARKING	 0x189
#define MUTEX	 0x500000
#define OTHER	 0x500040
#define STACK	 0x7000
#define PARKED	 (STACK + 0x54)

/* Process 10 with threads 11 and 12, who hold and want PI mutexes. */
struct scene {
	struct fake_system system;
	struct look_task *locking, *parked; /* 11 and 12 */
	uint64_t stack[128];		    /* of 12 */
	struct mutex_word mutex, other;
	struct mapping mapping;
};

static struct mutex_word owned_by(uint32_t owner, uint32_t flags)
{
	return (struct mutex_word){
		.lock = owner | flags, .count = 1, .owner = owner, .users = 1, .kind = 32
	};
}

static void scene_init(struct scene *scene)
{
	struct fake_system *system = &scene->system;
	uint32_t word = FUTEX_WAITERS | 12, zero[10] = { 0 };

	*scene = (struct scene){ .mutex = owned_by(11, 0), .other = owned_by(12, FUTEX_WAITERS) };
	fake_task(system, 10, 10);
	scene->locking = fake_task(system, 10, 11);
	fake_futex(scene->locking, OTHER, LOCK_PI, 0, &word, sizeof(word));
	scene->parked = fake_task(system, 10, 12);
	fake_futex(scene->parked, PARKED, PARKING, 0, zero, sizeof(zero));
	scene->parked->sp = STACK;
	scene->stack[15] = MUTEX;
	scene->mapping = (struct mapping){ .start = MUTEX, .end = MUTEX + 0x1000, .pid = 10 };
	fake_memory(system, 10, STACK, scene->stack, sizeof(scene->stack));
	fake_memory(system, 10, MUTEX, &scene->mutex, sizeof(scene->mutex));
	fake_memory(system, 10, OTHER, &scene->other, sizeof(scene->other));
	fake_mapping(system, 10, MUTEX, &scene->mapping);
	fake_mapping(system, 10, OTHER, &scene->mapping);
}

static void scene_deinit(struct scene *scene)
{
	fake_system_deinit(&scene->system);
}

static struct fake_wait resolve(struct scene *scene, uint32_t tid)
{
	return fake_resolve(&scene->system, &pi_mutex_kind, tid, COST_SEARCH);
}

static void locking_word(struct scene *scene, uint32_t word)
{
	memcpy(scene->locking->object, &word, sizeof(word));
}

Test(kind_pi_mutex, owner_in_the_word_alone_ends_the_wait)
{
	struct scene scene;

	scene_init(&scene);

	struct fake_wait wait = resolve(&scene, 11);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].target, fake_node(&scene.system, 12));
	cr_assert_eq(wait.edges[0].relation, RELATION_HOLDS);
	scene_deinit(&scene);
}

Test(kind_pi_mutex, both_operations_are_recognised_and_a_timeout_is_open)
{
	struct scene scene;

	scene_init(&scene);
	scene.locking->args[1] = LOCK_PI2;
	scene.locking->args[3] = 0x7ffe0000;
	cr_assert(fake_recognise(&scene.system, &pi_mutex_kind, 11));
	cr_assert_eq(resolve(&scene, 11).open, OPEN_BIT(OPEN_TIMED));
	scene_deinit(&scene);
}

static uint32_t open_with_word(uint32_t word)
{
	struct scene scene;

	scene_init(&scene);
	locking_word(&scene, word);

	struct fake_wait wait = resolve(&scene, 11);

	cr_expect_eq(wait.edge_count, 0);
	scene_deinit(&scene);
	return wait.open;
}

Test(kind_pi_mutex, one_that_the_kernel_is_handing_on_is_busy)
{
	cr_expect_eq(open_with_word(0), OPEN_BIT(OPEN_BUSY));
	cr_expect_eq(open_with_word(FUTEX_WAITERS | FUTEX_OWNER_DIED | 12), OPEN_BIT(OPEN_BUSY));
	cr_expect_eq(open_with_word(FUTEX_WAITERS | 99), OPEN_BIT(OPEN_BUSY), "a dead owner");
}

Test(kind_pi_mutex, owner_in_other_memory_is_open)
{
	struct scene scene;

	scene_init(&scene);
	fake_task(&scene.system, 20, 20);
	locking_word(&scene, FUTEX_WAITERS | 20);

	struct fake_wait wait = resolve(&scene, 11);

	cr_assert_eq(wait.open, OPEN_BIT(OPEN_UNKNOWN_FUTEX));
	scene_deinit(&scene);
}

Test(kind_pi_mutex, parked_thread_is_found_by_the_mutex_on_its_stack)
{
	struct scene scene;

	scene_init(&scene);
	cr_assert(fake_recognise(&scene.system, &pi_mutex_kind, 12));

	struct fake_wait cheap = fake_resolve(&scene.system, &pi_mutex_kind, 12, COST_TABLE);
	struct fake_wait wait = resolve(&scene, 12);

	cr_assert_eq(cheap.next, COST_SEARCH);
	cr_assert_eq(cheap.edge_count, 0);
	cr_assert_eq(wait.kind, WAIT_PI_MUTEX);
	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].target, fake_node(&scene.system, 11));
	scene_deinit(&scene);
}

Test(kind_pi_mutex, what_the_parked_thread_holds_itself_is_not_taken_for_it)
{
	struct scene scene;

	scene_init(&scene);
	scene.stack[2] = OTHER;
	cr_assert_eq(resolve(&scene, 12).edges[0].target, fake_node(&scene.system, 11));
	scene_deinit(&scene);
}

Test(kind_pi_mutex, mutex_taken_twice_is_found_where_nothing_else_explains_it)
{
	struct scene scene;

	scene_init(&scene);
	scene.stack[15] = OTHER;
	cr_assert_eq(resolve(&scene, 12).edges[0].target, fake_node(&scene.system, 12));
	scene_deinit(&scene);
}

Test(kind_pi_mutex, two_that_explain_it_are_none)
{
	struct scene scene;

	scene_init(&scene);
	scene.stack[2] = OTHER;
	scene.other = owned_by(11, 0);

	struct fake_wait wait = resolve(&scene, 12);

	cr_assert_eq(wait.kind, WAIT_FUTEX);
	cr_assert(fake_group_edge(&scene.system, &wait, GROUP_MEMORY));
	scene_deinit(&scene);
}

Test(kind_pi_mutex, owner_that_waits_for_somebody_else_explains_nothing)
{
	struct scene scene;

	scene_init(&scene);
	locking_word(&scene, FUTEX_WAITERS | 10);
	cr_assert_eq(resolve(&scene, 12).kind, WAIT_FUTEX);
	scene_deinit(&scene);
}

Test(kind_pi_mutex, ring_of_others_explains_nothing_and_ends)
{
	struct scene scene;

	scene_init(&scene);
	locking_word(&scene, FUTEX_WAITERS | 11);
	cr_assert_eq(resolve(&scene, 12).kind, WAIT_FUTEX);
	scene_deinit(&scene);
}

Test(kind_pi_mutex, dead_owner_explains_it)
{
	struct scene scene;

	scene_init(&scene);
	scene.mutex = owned_by(99, 0);

	struct fake_wait wait = resolve(&scene, 12);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert(fake_group_edge(&scene.system, &wait, GROUP_DEAD));
	scene_deinit(&scene);
}

static enum wait_kind kind_with_mutex(uint32_t kind, uint32_t lock, uint32_t users)
{
	struct scene scene;

	scene_init(&scene);
	scene.mutex.kind = kind;
	scene.mutex.lock = lock;
	scene.mutex.users = users;

	enum wait_kind found = resolve(&scene, 12).kind;

	scene_deinit(&scene);
	return found;
}

Test(kind_pi_mutex, one_illegal_word_makes_it_no_mutex_to_be_parked_for)
{
	cr_expect_eq(kind_with_mutex(32, 11, 1), WAIT_PI_MUTEX);
	cr_expect_eq(kind_with_mutex(0, 11, 1), WAIT_FUTEX, "kind");
	cr_expect_eq(kind_with_mutex(33, 11, 1), WAIT_FUTEX, "recursive ones return the error");
	cr_expect_eq(kind_with_mutex(34, 11, 1), WAIT_FUTEX, "and those that check");
	cr_expect_eq(kind_with_mutex(32 | 128, 11, 1), WAIT_FUTEX, "shared, in a private wait");
	cr_expect_eq(kind_with_mutex(32, 12, 1), WAIT_FUTEX, "two owners");
	cr_expect_eq(kind_with_mutex(32, 0, 1), WAIT_FUTEX, "free");
	cr_expect_eq(kind_with_mutex(32, 11, 0), WAIT_FUTEX, "no user");
}

static bool parking(uint64_t address, uint32_t op, uint32_t value, uint64_t timeout)
{
	struct scene scene;

	scene_init(&scene);
	scene.parked->args[0] = address;
	scene.parked->args[1] = op;
	scene.parked->args[2] = value;
	scene.parked->args[3] = timeout;

	bool yes = fake_recognise(&scene.system, &pi_mutex_kind, 12);

	scene_deinit(&scene);
	return yes;
}

Test(kind_pi_mutex, other_waits_are_no_parking)
{
	cr_expect(parking(PARKED, PARKING, 0, 0));
	cr_expect_not(parking(STACK - 8, PARKING, 0, 0), "below the stack pointer");
	cr_expect_not(parking(STACK + 0x1000, PARKING, 0, 0), "far above it");
	cr_expect_not(parking(PARKED, PARKING, 1, 0), "value");
	cr_expect_not(parking(PARKED, PARKING, 0, 0x7ffe0000), "timeout");
	cr_expect_not(parking(PARKED, 0x80, 0, 0), "operation");
}

Test(kind_pi_mutex, semaphore_on_the_stack_is_no_parking)
{
	struct scene scene;
	uint32_t words[] = { 0, 1, 0 };

	scene_init(&scene);
	memcpy(scene.parked->object, words, sizeof(words));
	cr_assert_not(fake_recognise(&scene.system, &pi_mutex_kind, 12));
	scene_deinit(&scene);
}
