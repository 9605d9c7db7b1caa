/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <errno.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define WAIT_TIMED 0x89 /* FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG */
#define GIL	   0x600000
#define WORD	   (GIL + PYTHON_GIL_COND + 40)
#define STATE	   0x700000

struct words {
	uint64_t holder;
	uint32_t locked, pad;
	uint64_t switches;
};

/* Process 10: thread 11 waits for the GIL, which 12 holds. */
struct scene {
	struct fake_system system;
	struct interpreter interpreter;
	struct python_gil gil;
	struct words words;
	int error;
};

static const uint32_t no_signals[10] = { 0 };

static void scene_begin(struct scene *scene)
{
	*scene = (struct scene){
		.interpreter = { .runtime = 0x500000,
				 .gil = GIL,
				 .version = 0x030b02f0,
				 .flags = INTERPRETER_KNOWN },
		.gil = { .holder = STATE, .tid_at = STATE + 160, .tid = 12 },
		.words = { .holder = STATE, .locked = 1, .switches = 7 },
	};
	for (uint32_t tid = 10; tid <= 12; tid++)
		fake_task(&scene->system, 10, tid);
	fake_futex(&scene->system.tasks[1], WORD, WAIT_TIMED, 0, no_signals, sizeof(no_signals));
	scene->system.tasks[1].args[3] = 0x9000;
}

static struct fake_wait scene_resolve(struct scene *scene, enum cost budget)
{
	struct fake_system *system = &scene->system;

	if (!system->built) {
		system->answers[system->answer_count++] =
			(struct fake_answer){ .question = { .type = ASK_INTERPRETER, .id = 10 },
					      .answer = { .count = 1,
							  .items = &scene->interpreter } };
		system->answers[system->answer_count++] = (struct fake_answer){
			.question = { .type = ASK_GIL, .id = 10 },
			.answer = { .error = scene->error, .count = 1, .items = &scene->gil }
		};
		fake_memory(system, 10, GIL + PYTHON_GIL_HOLDER, &scene->words,
			    sizeof(scene->words));
	}
	return fake_resolve(system, &gil_kind, 11, budget);
}

static void expect_timed(struct scene *scene)
{
	struct fake_wait wait = scene_resolve(scene, COST_TABLE);

	cr_expect_eq(wait.edge_count, 0);
	cr_expect_eq(wait.open, OPEN_BIT(OPEN_TIMED));
	fake_system_deinit(&scene->system);
}

Test(kind_gil, its_holder_alone_ends_the_wait)
{
	struct scene scene;

	scene_begin(&scene);

	struct fake_wait wait = scene_resolve(&scene, COST_TABLE);
	const struct edge *edge = fake_edge(&wait, fake_node(&scene.system, 12));

	cr_assert(edge);
	cr_expect_eq(edge->relation, RELATION_HOLDS);
	cr_expect_eq(edge->flags, EDGE_HOLDER | EDGE_CAN_END);
	cr_expect_eq(wait.edge_count, 1);
	cr_expect_eq(wait.open, 0);
	cr_expect_eq(wait.kind, WAIT_GIL);
	fake_system_deinit(&scene.system);
}

Test(kind_gil, nothing_is_said_before_the_interpreter_was_asked)
{
	struct scene scene;

	scene_begin(&scene);

	struct fake_wait wait = scene_resolve(&scene, COST_READ);

	cr_expect_eq(wait.open, 0);
	cr_expect_eq(wait.edge_count, 0);
	cr_expect_eq(wait.next, COST_TABLE);
	fake_system_deinit(&scene.system);
}

Test(kind_gil, how_often_the_waiter_woke_up_is_nothing_to_the_wait)
{
	struct scene scene;
	uint64_t fingerprints[2];

	for (int i = 0; i < 2; i++) {
		scene_begin(&scene);
		scene.system.tasks[1].switches = 100 * (i + 1);
		fingerprints[i] = scene_resolve(&scene, COST_TABLE).fingerprint;
		fake_system_deinit(&scene.system);
	}
	cr_expect_eq(fingerprints[0], fingerprints[1]);
}

Test(kind_gil, that_it_was_handed_over_makes_it_another_wait)
{
	struct scene scene;
	uint64_t fingerprints[2];

	for (int i = 0; i < 2; i++) {
		scene_begin(&scene);
		scene.words.switches += i;
		fingerprints[i] = scene_resolve(&scene, COST_TABLE).fingerprint;
		fake_system_deinit(&scene.system);
	}
	cr_expect_neq(fingerprints[0], fingerprints[1]);
}

Test(kind_gil, only_who_has_just_begun_to_wait_is_asked_about)
{
	struct scene scene;

	scene_begin(&scene);
	cr_assert(fake_recognise(&scene.system, &gil_kind, 11));
	scene.system.look.start_ns = scene.system.look.tasks[0].slept_ns + 1000000000;
	cr_expect_not(fake_recognise(&scene.system, &gil_kind, 11));
	fake_system_deinit(&scene.system);
}

Test(kind_gil, another_condition_variable_is_merely_timed)
{
	struct scene scene;

	scene_begin(&scene);
	scene.interpreter.gil = GIL + 0x1000;

	struct fake_wait wait = scene_resolve(&scene, COST_TABLE);

	cr_expect_eq(wait.kind, WAIT_FUTEX);
	cr_expect_eq(wait.edge_count, 0);
	fake_system_deinit(&scene.system);
}

Test(kind_gil, free_for_the_taking_it_is_timed)
{
	struct scene scene;

	scene_begin(&scene);
	scene.words.locked = 0;
	expect_timed(&scene);
}

Test(kind_gil, handed_over_meanwhile_it_is_timed)
{
	struct scene scene;

	scene_begin(&scene);
	scene.words.holder = STATE + 0x1000;
	expect_timed(&scene);
}

Test(kind_gil, of_a_holder_that_does_not_say_so_itself_it_is_timed)
{
	struct scene scene;

	scene_begin(&scene);
	scene.error = -EBUSY;
	expect_timed(&scene);
}

Test(kind_gil, holder_that_is_no_thread_of_the_process_is_not_believed)
{
	struct scene scene;

	scene_begin(&scene);
	scene.gil.tid = 77;
	expect_timed(&scene);
}
