/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/futex.h>
#include <string.h>

#include "fake_system.h"
#include "kinds/kinds.h"
#include "kinds/musl_mutex.h"

#define LOCK	      0x55550010ull
#define ARC	      (LOCK - 16) /* what the lock is part of */
#define OTHER	      0x55551000ull
#define STACK	      0x7f0000000000ull
#define STACK_SIZE    0x10000ull
#define THREAD	      0x700000000000ull
#define WAIT_PRIVATE  FUTEX_PRIVATE_FLAG
#define RUST_WAIT     (FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG)
#define THREADS	      4
#define POINTERS_MOST 8
#define MAIN	      10
#define WAITER	      11
#define HOLDER	      12
#define IDLER	      13

/* Process 10, the main thread and three more: 11 waits for a lock, 12 has it. */
struct scene {
	uint32_t word, op, value;
	uint64_t timeout;
	uint32_t mapping_flags;
	bool musl;
	const char *function;
	struct musl_mutex mutex;
	uint64_t thread[7];
	struct stack_pointer pointers[THREADS][POINTERS_MOST];
	uint32_t counts[THREADS];
	bool unread[THREADS];
	struct stack_frame frames[2];
	struct mapping mapping;
	uint64_t heap_hits[2];
	uint32_t heap_hit_count;
	uint64_t headers[16]; /* of the heap, from ARC - 16 on */
	struct fake_system system;
};

static uint64_t stack_of(uint32_t tid)
{
	return STACK + (tid - MAIN) * 2 * STACK_SIZE;
}

static void has(struct scene *scene, uint32_t tid, uint64_t value)
{
	uint32_t thread = tid - MAIN, i = scene->counts[thread]++;

	scene->pointers[thread][i] =
		(struct stack_pointer){ .where = stack_of(tid) + 0x8000 + 8 * i, .value = value };
}

static struct scene rust_scene(void)
{
	struct scene scene = {
		.word = 2,
		.op = RUST_WAIT,
		.value = 2,
		.function = "std::sys::sync::mutex::futex::Mutex::lock_contended",
		.mapping_flags = MAPPING_READ | MAPPING_WRITE | MAPPING_HEAP | MAPPING_ANON,
	};

	for (uint32_t tid = MAIN; tid < MAIN + THREADS; tid++) {
		scene.pointers[tid - MAIN][0] =
			(struct stack_pointer){ .where = stack_of(tid),
						.value = stack_of(tid) + STACK_SIZE };
		scene.counts[tid - MAIN] = 1;
	}
	/* pieces of 48 bytes: the lock's own, and those behind it */
	for (size_t i = 1; i < 16; i += 6)
		scene.headers[i] = 0x31;
	has(&scene, WAITER, LOCK);
	has(&scene, HOLDER, OTHER);
	has(&scene, HOLDER, LOCK);
	return scene;
}

static struct scene musl_scene(void)
{
	struct scene scene = rust_scene();

	scene.musl = true;
	scene.op = WAIT_PRIVATE;
	scene.word = scene.value = FUTEX_WAITERS | EBUSY;
	scene.mutex = (struct musl_mutex){ .lock = scene.word, .waiters = 1 };
	scene.thread[0] = THREAD;
	scene.thread[6] = WAITER;
	return scene;
}

static void arrange(struct scene *scene)
{
	struct fake_system *system = &scene->system;
	uint64_t word = scene->musl ? LOCK + 4 : LOCK;

	for (uint32_t tid = MAIN; tid < MAIN + THREADS; tid++) {
		struct look_task *task = fake_task(system, MAIN, tid);

		if (tid == WAITER) {
			fake_futex(task, word, scene->op, scene->value, &scene->word,
				   sizeof(scene->word));
			task->args[3] = scene->timeout;
			task->thread_pointer = THREAD;
		}
		if (!scene->unread[tid - MAIN])
			fake_pointers(system, tid, scene->pointers[tid - MAIN],
				      scene->counts[tid - MAIN]);
	}
	scene->mapping = (struct mapping){
		.start = ARC - 4096, .end = ARC + 65536, .pid = MAIN, .flags = scene->mapping_flags
	};
	fake_mapping(system, MAIN, LOCK, &scene->mapping);
	strcpy(scene->frames[0].function, "syscall");
	if (scene->function)
		strcpy(scene->frames[1].function, scene->function);
	fake_stack(system, WAITER, scene->frames, 2);
	fake_search(system, MAIN, LOCK, scene->heap_hits, scene->heap_hit_count);
	if (scene->musl)
		fake_memory(system, MAIN, LOCK, &scene->mutex, sizeof(scene->mutex));
	else
		fake_memory(system, MAIN, ARC - 16, scene->headers, sizeof(scene->headers));
	fake_memory(system, MAIN, THREAD, scene->thread, sizeof(scene->thread));
}

static struct fake_wait resolved(struct scene *scene)
{
	arrange(scene);
	return fake_resolve(&scene->system, &futex_kind, WAITER, COST_SEARCH);
}

static const struct edge *edge_to(const struct scene *scene, const struct fake_wait *wait,
				  uint32_t tid)
{
	return fake_edge(wait, fake_node(&scene->system, tid));
}

/* Nobody is responsible; who shares the memory may end it, as with any other word. */
static void expect_unknown(struct scene *scene, const char *why)
{
	struct fake_wait wait = resolved(scene);

	cr_expect_not(wait.held, "%s", why);
	for (uint32_t tid = MAIN; tid < MAIN + THREADS; tid++)
		cr_expect_null(edge_to(scene, &wait, tid), "%s: %u", why, tid);
	cr_expect(fake_group_edge(&scene->system, &wait, GROUP_MEMORY), "%s", why);
	fake_system_deinit(&scene->system);
}

/* The holder is named to explain, and whoever lives may still end the wait. */
static void expect_explained(struct scene *scene, const char *why)
{
	struct fake_wait wait = resolved(scene);
	const struct edge *edge = edge_to(scene, &wait, HOLDER);

	cr_assert(edge, "%s", why);
	cr_expect_eq(edge->flags, EDGE_GUARD, "%s", why);
	cr_expect_eq(edge->relation, RELATION_HOLDS, "%s", why);
	cr_expect_not(wait.held, "%s", why);
	cr_expect(fake_group_edge(&scene->system, &wait, GROUP_MEMORY)->flags & EDGE_CAN_END);
	fake_system_deinit(&scene->system);
}

Test(kind_guards, who_alone_has_the_address_of_a_rust_mutex_is_responsible_for_it)
{
	struct scene scene = rust_scene();
	struct fake_wait wait = resolved(&scene);
	const struct edge *edge = edge_to(&scene, &wait, HOLDER);

	cr_assert(edge);
	cr_expect_eq(edge->relation, RELATION_HOLDS);
	cr_expect_eq(edge->flags, EDGE_HOLDER | EDGE_GUARD);
	cr_expect(wait.held);
	cr_expect_null(edge_to(&scene, &wait, MAIN));
	cr_expect_null(edge_to(&scene, &wait, IDLER));
	cr_expect_eq(wait.open, 0);
	cr_expect_str_eq(wait.description, "Rust Mutex 0x55550010");
	cr_expect(fake_group_edge(&scene.system, &wait, GROUP_MEMORY)->flags & EDGE_CAN_END);
	fake_system_deinit(&scene.system);
}

Test(kind_guards, nothing_is_said_before_the_stacks_are_read)
{
	struct scene scene = rust_scene();

	arrange(&scene);

	struct fake_wait wait = fake_resolve(&scene.system, &futex_kind, WAITER, COST_TABLE);

	cr_expect_eq(wait.next, COST_SEARCH);
	cr_expect_eq(wait.edge_count, 0);
	fake_system_deinit(&scene.system);
}

Test(kind_guards, older_names_of_the_function_are_known_and_others_are_not)
{
	const char *const known[] = { "std::sys::unix::locks::futex::Mutex::lock_contended",
				      "std::sys::unix::locks::futex_mutex::Mutex::lock_contended",
				      "<std::sys::sync::mutex::futex::Mutex>::lock_contended" };
	const char *const others[] = {
		"",
		"std::sys::sync::condvar::futex::Condvar::wait_optional_timeout",
		"mine::Mutex::lock_contended",
		"<mine::Mutex>::lock_contended",
		"std::sys::sync::thread_parking::futex::Parker::park",
		"std::sys::sync::mutex::futex::ReentrantMutex::lock_contended"
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct scene scene = rust_scene();

		scene.function = known[i];

		struct fake_wait wait = resolved(&scene);

		cr_expect(wait.held, "%s", known[i]);
		fake_system_deinit(&scene.system);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct scene scene = rust_scene();

		scene.function = others[i];
		expect_unknown(&scene, others[i]);
	}
}

Test(kind_guards, a_guessed_frame_says_nothing)
{
	struct scene scene = rust_scene();

	scene.frames[1].flags = FRAME_APPROXIMATE;
	expect_unknown(&scene, "approximate");
}

Test(kind_guards, another_value_or_call_is_another_lock)
{
	struct scene scene;

	scene = rust_scene(), scene.word = 1;
	expect_unknown(&scene, "the word has changed");
	scene = rust_scene(), scene.value = scene.word = 3;
	expect_unknown(&scene, "not contended");
	scene = rust_scene(), scene.op = WAIT_PRIVATE;
	expect_unknown(&scene, "not what Rust calls");
	scene = musl_scene(), scene.op = RUST_WAIT;
	expect_unknown(&scene, "not what musl calls");
	scene = musl_scene(), scene.word = scene.value = FUTEX_WAITERS | 12;
	expect_unknown(&scene, "a tid");
	scene = musl_scene(), scene.mutex.type = 1;
	expect_unknown(&scene, "recursive");
	scene = musl_scene(), scene.mutex.waiters = 0;
	expect_unknown(&scene, "nobody waits");
	scene = musl_scene(), scene.thread[6] = 99;
	expect_unknown(&scene, "no thread of musl");
}

Test(kind_guards, a_time_limit_is_a_way_on)
{
	struct scene scene = rust_scene();

	scene.timeout = 0x1000;

	struct fake_wait wait = resolved(&scene);

	cr_expect_eq(wait.open, OPEN_BIT(OPEN_TIMED));
	cr_expect_eq(wait.edge_count, 0);
	fake_system_deinit(&scene.system);
}

Test(kind_guards, two_who_have_the_address_are_both_responsible_and_neither_is_named)
{
	struct scene scene = rust_scene();

	has(&scene, IDLER, LOCK);

	struct fake_wait wait = resolved(&scene);

	for (uint32_t tid = HOLDER; tid <= IDLER; tid++) {
		const struct edge *edge = edge_to(&scene, &wait, tid);

		cr_assert(edge);
		cr_expect_eq(edge->flags, EDGE_HOLDER);
		cr_expect_eq(edge->relation, RELATION_MAY_WAKE);
	}
	fake_system_deinit(&scene.system);
}

Test(kind_guards, who_waits_for_the_same_lock_is_no_suspect)
{
	struct scene scene = rust_scene();
	struct fake_wait wait;
	struct look_task *task;

	has(&scene, IDLER, LOCK);
	arrange(&scene);
	task = &scene.system.tasks[IDLER - MAIN];
	fake_futex(task, LOCK, RUST_WAIT, 2, &scene.word, sizeof(scene.word));
	wait = fake_resolve(&scene.system, &futex_kind, WAITER, COST_SEARCH);
	cr_expect(edge_to(&scene, &wait, HOLDER));
	cr_expect_null(edge_to(&scene, &wait, IDLER));
	fake_system_deinit(&scene.system);
}

Test(kind_guards, who_waits_for_the_same_lock_for_a_time_is_one)
{
	struct scene scene = rust_scene();
	struct fake_wait wait;
	struct look_task *task;

	has(&scene, IDLER, LOCK);
	arrange(&scene);
	task = &scene.system.tasks[IDLER - MAIN];
	fake_futex(task, LOCK, RUST_WAIT, 2, &scene.word, sizeof(scene.word));
	task->args[3] = 0x1000;
	wait = fake_resolve(&scene.system, &futex_kind, WAITER, COST_SEARCH);
	cr_expect(edge_to(&scene, &wait, IDLER));
	fake_system_deinit(&scene.system);
}

Test(kind_guards, who_has_the_object_may_hold_its_lock)
{
	const uint64_t inside[] = { ARC, ARC + 8, LOCK + 8, ARC + 40 };
	const uint64_t outside[] = { ARC - 16, ARC + 48, ARC + 96, OTHER };

	for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++) {
		struct scene scene = rust_scene();

		has(&scene, WAITER, ARC);
		has(&scene, IDLER, inside[i]);

		struct fake_wait wait = resolved(&scene);
		const struct edge *edge = edge_to(&scene, &wait, IDLER);

		cr_assert(edge, "%zu", i);
		cr_expect_eq(edge->flags, EDGE_HOLDER);
		cr_expect_eq(edge->relation, RELATION_MAY_WAKE);
		cr_expect_eq(edge_to(&scene, &wait, HOLDER)->flags, EDGE_HOLDER | EDGE_GUARD);
		fake_system_deinit(&scene.system);
	}
	for (size_t i = 0; i < sizeof(outside) / sizeof(*outside); i++) {
		struct scene scene = rust_scene();

		has(&scene, WAITER, ARC);
		has(&scene, IDLER, outside[i]);

		struct fake_wait wait = resolved(&scene);

		cr_expect_null(edge_to(&scene, &wait, IDLER), "%zu", i);
		fake_system_deinit(&scene.system);
	}
}

Test(kind_guards, where_the_allocator_tells_nothing_the_object_is_taken_to_be_large)
{
	const uint64_t inside[] = { LOCK - 4096, LOCK + 64 },
		       outside[] = { LOCK - 4104, LOCK + 72 };

	for (size_t i = 0; i < 2; i++) {
		struct scene scene = rust_scene();

		has(&scene, IDLER, inside[i]);

		struct fake_wait wait = resolved(&scene);

		cr_expect(edge_to(&scene, &wait, IDLER), "%zu", i);
		fake_system_deinit(&scene.system);
		scene = rust_scene();
		has(&scene, IDLER, outside[i]);
		wait = resolved(&scene);
		cr_expect_null(edge_to(&scene, &wait, IDLER), "%zu", i);
		fake_system_deinit(&scene.system);
	}
}

Test(kind_guards, a_lock_in_somebodys_frame_may_be_held_there_without_an_address)
{
	struct scene scene = rust_scene();

	scene.pointers[MAIN - MAIN][0] =
		(struct stack_pointer){ .where = LOCK - 0x100, .value = LOCK + 0x100 };

	struct fake_wait wait = resolved(&scene);

	cr_expect(edge_to(&scene, &wait, MAIN));
	fake_system_deinit(&scene.system);
}

Test(kind_guards, a_thread_that_runs_may_hold_anything)
{
	struct scene scene = rust_scene();

	scene.unread[IDLER - MAIN] = true;
	expect_unknown(&scene, "not read");
}

Test(kind_guards, nobody_who_has_the_address_is_nobody_to_name)
{
	struct scene scene = rust_scene();

	scene.counts[HOLDER - MAIN] = 2; /* without the lock's address */
	expect_unknown(&scene, "no address");
}

Test(kind_guards, what_lies_in_the_frames_of_the_wait_names_nobody_and_rules_nobody_out)
{
	const uint64_t places[] = { 0, 95 };

	for (size_t i = 0; i < 2; i++) {
		struct scene scene = rust_scene();
		struct fake_wait wait;

		has(&scene, IDLER, LOCK);
		scene.pointers[IDLER - MAIN][1].where = places[i] ? stack_of(IDLER) + places[i] : 0;
		arrange(&scene);
		scene.system.tasks[IDLER - MAIN].sp = stack_of(IDLER);
		wait = fake_resolve(&scene.system, &futex_kind, WAITER, COST_SEARCH);
		cr_expect_eq(edge_to(&scene, &wait, HOLDER)->flags, EDGE_HOLDER | EDGE_GUARD);
		cr_assert(edge_to(&scene, &wait, IDLER));
		cr_expect_eq(edge_to(&scene, &wait, IDLER)->flags, EDGE_HOLDER);
		fake_system_deinit(&scene.system);
	}
}

Test(kind_guards, a_guard_that_was_put_away_may_be_anybodys)
{
	struct scene scene = rust_scene();

	scene.heap_hits[0] = OTHER + 8;
	scene.heap_hit_count = 1;
	expect_unknown(&scene, "on the heap");
	scene = rust_scene();
	/* what the dead part of a stack still says is not used */
	scene.heap_hits[0] = stack_of(IDLER) + 16;
	scene.heap_hit_count = 1;

	struct fake_wait wait = resolved(&scene);

	cr_expect(wait.held);
	fake_system_deinit(&scene.system);
}

Test(kind_guards, a_static_lock_is_reached_without_an_address)
{
	const uint32_t kinds[] = { MAPPING_FILE, MAPPING_BSS, MAPPING_SHARED };

	for (size_t i = 0; i < 3; i++) {
		struct scene scene = rust_scene();

		scene.mapping_flags |= kinds[i];
		expect_explained(&scene, "static");
	}
}

Test(kind_guards, a_lock_of_c_may_be_given_back_by_an_address_worked_out_anew)
{
	struct scene scene = musl_scene();

	expect_explained(&scene, "musl");
}

Test(kind_guards, who_shares_the_memory_from_another_process_may_hold_it)
{
	struct scene scene = rust_scene();

	arrange(&scene);
	for (uint32_t i = 0; i < THREADS; i++)
		scene.system.tasks[i].mm_users = THREADS + 1;

	struct fake_wait wait = fake_resolve(&scene.system, &futex_kind, WAITER, COST_SEARCH);

	cr_expect_null(edge_to(&scene, &wait, HOLDER));
	fake_system_deinit(&scene.system);
}
