/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <string.h>

#include "fake_system.h"
#include "kinds/kinds.h"
#include "kinds/rwlock_word.h"

#define LOCK	      0x404040
#define PHASE	      8
#define WRITERS	      12
#define BITSET	      0x189
#define BITSET_SHARED 0x109

/* Process 10: thread 11 waits for the word at `offset`; 12 is another thread. */
struct scene {
	struct fake_system system;
	struct rwlock_word word;
	struct look_task *waiter;
};

static void scene_init(struct scene *scene, struct rwlock_word word, size_t offset, uint32_t value)
{
	struct fake_system *system = &scene->system;

	memset(system, 0, sizeof(*system));
	scene->word = word;
	fake_task(system, 10, 10);
	scene->waiter = fake_task(system, 10, 11);
	fake_task(system, 10, 12);
	fake_futex(scene->waiter, LOCK + offset, BITSET, value, (const char *)&scene->word + offset,
		   40 < sizeof(word) - offset ? 40 : sizeof(word) - offset);
	fake_memory(system, 10, LOCK, &scene->word, sizeof(scene->word));
}

static struct fake_wait resolve(struct scene *scene)
{
	return fake_resolve(&scene->system, &rwlock_kind, 11, COST_TABLE);
}

static struct rwlock_word written_by(uint32_t writer)
{
	return (struct rwlock_word){ .readers = RWLOCK_WRITING | RWLOCK_WRITER_COMES,
				     .writers = 1,
				     .phase_futex = 1,
				     .writers_futex = 3,
				     .writer = writer };
}

static struct rwlock_word read_by(uint32_t readers)
{
	return (struct rwlock_word){ .readers =
					     readers << RWLOCK_READER_SHIFT | RWLOCK_WRITER_COMES,
				     .phase_futex = 2,
				     .writers_futex = 1 };
}

static void assert_only(struct scene *scene, uint32_t tid)
{
	struct fake_wait wait = resolve(scene);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].target, fake_node(&scene->system, tid));
	cr_assert_eq(wait.edges[0].relation, RELATION_HOLDS);
	fake_system_deinit(&scene->system);
}

Test(kind_rwlock, writer_alone_lets_a_writer_in)
{
	struct scene scene;

	scene_init(&scene, written_by(12), WRITERS, 3);
	assert_only(&scene, 12);
}

Test(kind_rwlock, writer_alone_lets_a_reader_in)
{
	struct scene scene;
	struct rwlock_word word = written_by(12);

	word.readers |= 1 << RWLOCK_READER_SHIFT;
	word.phase_futex = 3;
	scene_init(&scene, word, PHASE, 3);
	assert_only(&scene, 12);
}

/* What i386 has behind the padding: bytes for flags and shared, then the writer. */
static struct fake_wait resolve_narrow(struct scene *scene, uint32_t bytes, uint32_t writer)
{
	scene_init(scene, written_by(bytes), WRITERS, 3);
	scene->word.shared = writer;
	scene->waiter->flags |= TASK_COMPAT;
	if (!fake_recognise(&scene->system, &rwlock_kind, 11))
		return (struct fake_wait){ 0 };
	return resolve(scene);
}

Test(kind_rwlock, writer_of_a_32_bit_lock_lies_behind_its_flags)
{
	struct scene scene;
	struct fake_wait wait = resolve_narrow(&scene, 2, 12);

	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].target, fake_node(&scene.system, 12));
	fake_system_deinit(&scene.system);
}

Test(kind_rwlock, one_illegal_byte_makes_a_32_bit_one_another_lock)
{
	struct scene scene;

	cr_expect_eq(resolve_narrow(&scene, 0x100, 12).edge_count, 0, "shared, and a private wait");
	fake_system_deinit(&scene.system);
	cr_expect_eq(resolve_narrow(&scene, 3, 12).edge_count, 0, "flags");
	fake_system_deinit(&scene.system);
	cr_expect_eq(resolve_narrow(&scene, 0x1000000, 12).edge_count, 0, "padding");
	fake_system_deinit(&scene.system);
}

Test(kind_rwlock, readers_may_be_anybody_but_no_handler)
{
	struct scene scene;

	scene_init(&scene, read_by(1), PHASE, 2);
	scene.waiter->caught = 1 << 14;

	struct fake_wait wait = resolve(&scene);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].relation, RELATION_MAY_WAKE);
	cr_assert(fake_group_edge(&scene.system, &wait, GROUP_MEMORY));
	fake_system_deinit(&scene.system);
}

Test(kind_rwlock, reader_behind_a_writer_waits_for_the_readers)
{
	struct scene scene;
	struct rwlock_word word = read_by(1);

	word.readers |= RWLOCK_READERS_WAIT;
	word.flags = 2;
	scene_init(&scene, word, 0, word.readers);
	struct fake_wait wait = resolve(&scene);

	cr_assert(fake_group_edge(&scene.system, &wait, GROUP_MEMORY));
	fake_system_deinit(&scene.system);
}

Test(kind_rwlock, all_who_wait_for_one_lock_wait_for_one_object)
{
	struct scene one, two;

	scene_init(&one, read_by(1), PHASE, 2);
	scene_init(&two, read_by(1), WRITERS, 3);
	cr_assert_eq(resolve(&one).object, resolve(&two).object);
	fake_system_deinit(&one.system);
	fake_system_deinit(&two.system);
}

Test(kind_rwlock, writer_that_has_ended_is_dead)
{
	struct scene scene;

	scene_init(&scene, written_by(99), WRITERS, 3);

	struct fake_wait wait = resolve(&scene);

	cr_assert(fake_group_edge(&scene.system, &wait, GROUP_DEAD));
	cr_assert_eq(wait.open, 0);
	fake_system_deinit(&scene.system);
}

Test(kind_rwlock, timed_wait_is_open)
{
	struct scene scene;

	scene_init(&scene, written_by(12), WRITERS, 3);
	scene.waiter->args[3] = 0x7ffe0000;
	cr_assert_eq(resolve(&scene).open, OPEN_BIT(OPEN_TIMED));
	fake_system_deinit(&scene.system);
}

static bool recognised(struct rwlock_word word, size_t offset, uint32_t op, uint32_t value)
{
	struct scene scene;

	scene_init(&scene, word, offset, value);
	scene.waiter->args[1] = op;

	bool yes = fake_recognise(&scene.system, &rwlock_kind, 11);

	fake_system_deinit(&scene.system);
	return yes;
}

Test(kind_rwlock, one_illegal_word_makes_it_another_lock)
{
	struct rwlock_word word;

	cr_expect(recognised(written_by(12), WRITERS, BITSET, 3));
	word = written_by(12), word.pad[0] = 1;
	cr_expect_not(recognised(word, WRITERS, BITSET, 3), "padding");
	word = written_by(12), word.pad_2 = 1;
	cr_expect_not(recognised(word, WRITERS, BITSET, 3), "padding");
	word = written_by(12), word.shared = 2;
	cr_expect_not(recognised(word, WRITERS, BITSET, 3), "shared");
	word = written_by(12), word.flags = 3;
	cr_expect_not(recognised(word, WRITERS, BITSET, 3), "preference");
	word = written_by(12), word.readers = 0;
	cr_expect_not(recognised(word, WRITERS, BITSET, 3), "no writer comes");
	word = written_by(12), word.phase_futex = 4;
	cr_expect_not(recognised(word, WRITERS, BITSET, 3), "phase");
	word = written_by(5000000);
	cr_expect_not(recognised(word, WRITERS, BITSET, 3), "no tid is that high");
	word = read_by(0);
	cr_expect_not(recognised(word, PHASE, BITSET, 2), "no readers");
}

Test(kind_rwlock, call_must_be_one_of_its_waits)
{
	cr_expect_not(recognised(written_by(12), WRITERS, BITSET, 2), "value");
	cr_expect_not(recognised(written_by(12), WRITERS, 0x80, 3), "operation");
	cr_expect_not(recognised(written_by(12), WRITERS, BITSET_SHARED, 3), "sharing");
	cr_expect_not(recognised(written_by(12), 16, BITSET, 3), "offset");
}
