/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <string.h>

#include "fake_system.h"
#include "kinds/kinds.h"
#include "kinds/mutex_word.h"

#define ADDRESS	       0x404040
#define WAIT_PRIVATE   0x80
#define WAIT_SHARED    0
#define BITSET_CLOCKED 0x189
#define LOCK_PI	       0x86
#define HOLDER	       (EDGE_CAN_END | EDGE_HOLDER)

/* Process 10: thread 11 waits for a mutex that thread 12 owns. */
static struct mutex_word owned_by(uint32_t owner)
{
	return (struct mutex_word){ .lock = 2, .owner = owner, .users = 1 };
}

static struct look_task *waiter(struct fake_system *system, const struct mutex_word *word)
{
	fake_task(system, 10, 10)->flags |= TASK_EXECED;

	struct look_task *task = fake_task(system, 10, 11);

	fake_task(system, 10, 12);
	fake_futex(task, ADDRESS, WAIT_PRIVATE, 2, word, sizeof(*word));
	return task;
}

static bool recognised(const struct mutex_word *word, uint32_t op, uint32_t value)
{
	struct fake_system system = { 0 };
	struct look_task *task = waiter(&system, word);

	task->args[1] = op;
	task->args[2] = value;

	bool yes = fake_recognise(&system, &mutex_kind, 11);

	fake_system_deinit(&system);
	return yes;
}

Test(kind_mutex, owner_alone_ends_the_wait)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(12);

	waiter(&system, &word);

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 11, COST_LOOK);

	cr_assert_eq(wait.next, COST_DONE);
	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].target, fake_node(&system, 12));
	cr_assert_eq(wait.edges[0].relation, RELATION_HOLDS);
	cr_assert_eq(wait.edges[0].flags, HOLDER);
	fake_system_deinit(&system);
}

Test(kind_mutex, its_own_owner_waits_for_itself)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(11);

	waiter(&system, &word);

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 11, COST_LOOK);

	cr_assert_eq(wait.edges[0].target, fake_node(&system, 11));
	fake_system_deinit(&system);
}

Test(kind_mutex, every_owned_type_is_recognised)
{
	struct mutex_word normal = owned_by(12), recursive = normal, adaptive = normal,
			  explicit_normal = normal;

	recursive.kind = 1;
	recursive.count = 1;
	adaptive.kind = 3;
	adaptive.spins = 7;
	explicit_normal.kind = 512;
	cr_expect(recognised(&normal, WAIT_PRIVATE, 2));
	cr_expect(recognised(&recursive, WAIT_PRIVATE, 2));
	cr_expect(recognised(&adaptive, WAIT_PRIVATE, 2));
	cr_expect(recognised(&explicit_normal, WAIT_PRIVATE, 2));
}

Test(kind_mutex, robust_and_inheriting_types_are_not_taken_for_it)
{
	for (int bit = 16; bit <= 32; bit *= 2) {
		struct mutex_word word = owned_by(12);

		word.kind = bit;
		cr_expect_not(recognised(&word, WAIT_PRIVATE, 2), "kind %d", bit);
	}
}

Test(kind_mutex, ceiling_of_a_protected_one_is_in_lock_word_and_value)
{
	struct mutex_word word = owned_by(12);

	word.kind = 64 | 512;
	word.lock = 0x80002;
	word.count = 1;
	cr_expect(recognised(&word, WAIT_PRIVATE, 0x80002));
	cr_expect_not(recognised(&word, WAIT_PRIVATE, 0x100002), "another ceiling");
	cr_expect_not(recognised(&word, WAIT_PRIVATE, 2), "none");
	word.kind = 0;
	word.count = 0;
	cr_expect_not(recognised(&word, WAIT_PRIVATE, 0x80002), "only such a kind has one");
}

Test(kind_mutex, protected_one_with_nothing_but_a_ceiling_is_free)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(12);

	word.kind = 64;
	word.lock = 0x80000;
	waiter(&system, &word)->args[2] = 0x80002;

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 11, COST_LOOK);

	cr_assert_eq(wait.edges[0].relation, RELATION_MAY_WAKE);
	fake_system_deinit(&system);
}

Test(kind_mutex, one_illegal_word_makes_it_another_lock)
{
	struct mutex_word word;

	word = owned_by(12), word.users = 0;
	cr_expect_not(recognised(&word, WAIT_PRIVATE, 2), "no user");
	word = owned_by(12), word.count = 1;
	cr_expect_not(recognised(&word, WAIT_PRIVATE, 2), "a depth without recursion");
	word = owned_by(12), word.spins = 1;
	cr_expect_not(recognised(&word, WAIT_PRIVATE, 2), "spins without adapting");
	word = owned_by(12), word.list[0] = 1;
	cr_expect_not(recognised(&word, WAIT_PRIVATE, 2), "on a robust list");
	word = owned_by(12), word.list[1] = 1;
	cr_expect_not(recognised(&word, WAIT_PRIVATE, 2), "on a robust list");
	word = owned_by(12), word.lock = 3;
	cr_expect_not(recognised(&word, WAIT_PRIVATE, 2), "lock word");
	word = owned_by(5000000);
	cr_expect_not(recognised(&word, WAIT_PRIVATE, 2), "no tid is that high");
	word = owned_by(12), word.kind = 1;
	cr_expect_not(recognised(&word, WAIT_PRIVATE, 2), "recursive with depth 0");
}

Test(kind_mutex, sharing_in_the_kind_and_in_the_call_must_agree)
{
	struct mutex_word private = owned_by(12), shared = private;

	shared.kind = 128;
	cr_expect_not(recognised(&shared, WAIT_PRIVATE, 2));
	cr_expect_not(recognised(&private, WAIT_SHARED, 2));
	cr_expect(recognised(&shared, WAIT_SHARED, 2));
}

Test(kind_mutex, other_operations_and_values_are_other_locks)
{
	struct mutex_word word = owned_by(12);

	cr_expect_not(recognised(&word, WAIT_PRIVATE, 1), "value");
	cr_expect_not(recognised(&word, BITSET_CLOCKED, 2), "a writer waits for readers so");
	cr_expect_not(recognised(&word, LOCK_PI, 2), "PI");
}

Test(kind_mutex, musl_lock_is_not_owned_by_task_16)
{
	/* musl: type 0, lock EBUSY | waiters; the wait is for the word at 4 */
	uint32_t words[10] = { 0x80000010, 1 };
	struct fake_system system = { 0 };
	struct look_task *task = fake_task(&system, 10, 11);

	fake_task(&system, 10, 16);
	fake_futex(task, ADDRESS + 4, WAIT_PRIVATE, 0x80000010, words, sizeof(words));
	cr_assert_not(fake_recognise(&system, &mutex_kind, 11));
	fake_system_deinit(&system);
}

Test(kind_mutex, semaphore_is_not_owned_by_task_128)
{
	uint32_t words[10] = { 0, 1, 128 };
	struct fake_system system = { 0 };
	struct look_task *task = fake_task(&system, 10, 11);

	fake_task(&system, 10, 128);
	fake_futex(task, ADDRESS, 0x109, 0, words, sizeof(words));
	cr_assert_not(fake_recognise(&system, &mutex_kind, 11));
	fake_system_deinit(&system);
}

/* What lies at the pointer that owner and users make together. */
static bool recognised_with_pointer(uint64_t pointer, bool mapped)
{
	struct fake_system system = { 0 };
	struct mutex_word word = { .lock = 2, .owner = (uint32_t)pointer, .users = pointer >> 32 };
	static const char block[16];

	waiter(&system, &word);
	if (mapped)
		fake_memory(&system, 10, pointer, block, sizeof(block));

	bool yes = fake_recognise(&system, &mutex_kind, 11);

	fake_system_deinit(&system);
	return yes;
}

Test(kind_mutex, stdio_lock_with_a_pointer_to_its_owner_is_not_taken_for_it)
{
	/* _IO_lock_t; its low half could be a tid */
	cr_assert_not(recognised_with_pointer(0x7f3600012340, true));
}

Test(kind_mutex, many_users_are_believed_where_no_pointer_leads)
{
	cr_assert(recognised_with_pointer((3ull << 32) + 12, false));
}

Test(kind_mutex, unread_words_name_nobody)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(12);

	waiter(&system, &word)->object_flags = OBJECT_FAULT;
	cr_assert_not(fake_recognise(&system, &mutex_kind, 11));
	fake_system_deinit(&system);
}

Test(kind_mutex, what_memory_ends_within_is_no_mutex)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(12);

	waiter(&system, &word)->object_flags |= OBJECT_CUT;
	cr_assert_not(fake_recognise(&system, &mutex_kind, 11));
	fake_system_deinit(&system);
}

Test(kind_mutex, timed_wait_is_open)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(12);
	struct look_task *task = waiter(&system, &word);

	task->args[1] = BITSET_CLOCKED;
	task->args[3] = 0x7ffe0000;
	cr_assert(fake_recognise(&system, &mutex_kind, 11));

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 11, COST_LOOK);

	cr_assert_eq(wait.open, OPEN_BIT(OPEN_TIMED));
	fake_system_deinit(&system);
}

Test(kind_mutex, free_word_leaves_it_to_the_address_space)
{
	struct fake_system system = { 0 };
	struct mutex_word word = { .users = 0 };

	waiter(&system, &word);

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 11, COST_LOOK);

	cr_assert_eq(wait.edge_count, 1);
	cr_assert(fake_group_edge(&system, &wait, GROUP_MEMORY));
	cr_assert_eq(wait.edges[0].relation, RELATION_MAY_WAKE);
	fake_system_deinit(&system);
}

Test(kind_mutex, owner_not_yet_written_leaves_it_to_the_address_space)
{
	struct fake_system system = { 0 };
	struct mutex_word word = { .lock = 2 };

	waiter(&system, &word);

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 11, COST_LOOK);

	cr_assert_eq(wait.edges[0].relation, RELATION_MAY_WAKE);
	fake_system_deinit(&system);
}

static const struct group *dead_owner(struct fake_system *system, const struct fake_wait *wait)
{
	const struct edge *edge = fake_group_edge(system, wait, GROUP_DEAD);

	cr_assert(edge);
	cr_assert_eq(edge->relation, RELATION_HOLDS);
	cr_assert_eq(edge->flags, HOLDER);
	return fake_group(system, edge);
}

Test(kind_mutex, ended_owner_is_dead)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(99);

	waiter(&system, &word);

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 11, COST_LOOK);
	const struct group *dead = dead_owner(&system, &wait);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(dead->a, 99);
	cr_assert_not(dead->b & DEAD_LEFT_BEHIND);
	fake_system_deinit(&system);
}

Test(kind_mutex, private_wait_in_shared_memory_is_ended_by_nobody_else)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(20);
	struct look_task *task = waiter(&system, &word);

	/* made without pshared: the owner's process wakes only its own */
	fake_shared(task, 6, 0);
	fake_task(&system, 20, 20);

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 11, COST_TABLE);

	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].relation, RELATION_MAY_WAKE);
	cr_assert(fake_group_edge(&system, &wait, GROUP_MEMORY));
	fake_system_deinit(&system);
}

Test(kind_mutex, thread_that_the_look_missed_may_be_the_owner)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(99);

	waiter(&system, &word)->mm_users = 4;

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 11, COST_LOOK);

	cr_assert(wait.open & OPEN_BIT(OPEN_CENSUS));
	fake_system_deinit(&system);
}

Test(kind_mutex, owner_that_fork_left_behind_is_dead)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(6);

	fake_task(&system, 5, 5);
	fake_task(&system, 5, 6);
	fake_futex(fake_task(&system, 10, 10), ADDRESS, WAIT_PRIVATE, 2, &word, sizeof(word));

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 10, COST_LOOK);
	const struct group *dead = dead_owner(&system, &wait);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(dead->a, 6);
	cr_assert(dead->b & DEAD_LEFT_BEHIND);
	fake_system_deinit(&system);
}

Test(kind_mutex, children_of_one_fork_share_the_one_left_behind)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(6);

	fake_task(&system, 5, 6);
	fake_futex(fake_task(&system, 10, 10), ADDRESS, WAIT_PRIVATE, 2, &word, sizeof(word));
	fake_futex(fake_task(&system, 20, 20), ADDRESS, WAIT_PRIVATE, 2, &word, sizeof(word));

	struct fake_wait one = fake_resolve(&system, &mutex_kind, 10, COST_LOOK);
	struct fake_wait two = fake_resolve(&system, &mutex_kind, 20, COST_LOOK);

	cr_assert_eq(one.edges[0].target, two.edges[0].target);
	fake_system_deinit(&system);
}

Test(kind_mutex, tid_reborn_in_another_process_was_not_left_behind)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(6);

	fake_task(&system, 5, 6)->start_ns = 1000000;
	fake_futex(fake_task(&system, 10, 10), ADDRESS, WAIT_PRIVATE, 2, &word, sizeof(word));

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 10, COST_LOOK);

	cr_assert_not(dead_owner(&system, &wait)->b & DEAD_LEFT_BEHIND);
	fake_system_deinit(&system);
}

Test(kind_mutex, first_thread_of_a_child_is_heir_of_the_one_that_forked)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(6);

	fake_task(&system, 5, 6);
	fake_task(&system, 10, 10);
	fake_futex(fake_task(&system, 10, 11), ADDRESS, WAIT_PRIVATE, 2, &word, sizeof(word));

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 11, COST_LOOK);
	const struct edge *edge = fake_edge(&wait, fake_node(&system, 10));

	dead_owner(&system, &wait);
	cr_assert(edge);
	cr_assert_eq(edge->flags, EDGE_CAN_END | EDGE_HOLDER);
	fake_system_deinit(&system);
}

/* The first thread of process 10 as heir of thread `owner`: the flags of the edge to it, or 0. */
static unsigned int heir_flags(uint32_t owner, uint32_t ppid, uint32_t flags, uint64_t parents_ns)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(owner);
	struct look_task *parent = fake_task(&system, ppid, ppid);
	struct look_task *leader = fake_task(&system, 10, 10), *task = fake_task(&system, 10, 11);

	parent->pid_ns = parents_ns;
	leader->pid_ns = task->pid_ns = 1;
	leader->ppid = ppid;
	leader->flags |= flags;
	fake_futex(task, ADDRESS, WAIT_PRIVATE, 2, &word, sizeof(word));

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 11, COST_LOOK);
	const struct edge *edge = fake_edge(&wait, fake_node(&system, 10));
	unsigned int edge_flags = edge ? edge->flags : 0;

	dead_owner(&system, &wait);
	fake_system_deinit(&system);
	return edge_flags;
}

Test(kind_mutex, memory_that_is_new_since_execve_has_no_heir)
{
	cr_expect_eq(heir_flags(6, 5, 0, 1), EDGE_CAN_END | EDGE_HOLDER);
	cr_expect_eq(heir_flags(6, 5, TASK_EXECED, 1), 0);
}

Test(kind_mutex, higher_number_than_the_heirs_makes_it_no_heir_by_custom_alone)
{
	cr_expect_eq(heir_flags(12, 5, 0, 1), EDGE_CAN_END);
	cr_expect_eq(heir_flags(500, 499, 0, 1), EDGE_CAN_END | EDGE_HOLDER, "numbers began anew");
	cr_expect_eq(heir_flags(500, 5, 0, 2), EDGE_CAN_END | EDGE_HOLDER, "a namespace began");
}

Test(kind_mutex, main_thread_that_has_ended_is_known_as_its_dead_owner)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(10);

	waiter(&system, &word);
	system.tasks[0].flags = TASK_DEAD;
	system.tasks[0].mm = 0;

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 11, COST_LOOK);

	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].target, fake_node(&system, 10));
	fake_system_deinit(&system);
}

Test(kind_mutex, vforked_child_may_own_it)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(20);
	struct look_task *task = waiter(&system, &word);

	fake_task(&system, 20, 20)->mm = task->mm;

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 11, COST_LOOK);

	cr_assert_eq(wait.edges[0].target, fake_node(&system, 20));
	fake_system_deinit(&system);
}

Test(kind_mutex, owner_word_is_of_the_waiters_namespace)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(2);

	fake_task(&system, 2, 2);

	struct look_task *leader = fake_task(&system, 10, 10), *task = fake_task(&system, 10, 11);

	leader->pid_ns = task->pid_ns = 77;
	leader->ns_level = task->ns_level = 1;
	leader->ns_tid = 1;
	task->ns_tid = 2;
	fake_futex(leader, ADDRESS, WAIT_PRIVATE, 2, &word, sizeof(word));

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 10, COST_LOOK);

	cr_assert_eq(wait.edges[0].target, fake_node(&system, 11));
	fake_system_deinit(&system);
}

Test(kind_mutex, namespace_nested_too_deeply_is_open)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(12);

	struct look_task *task = waiter(&system, &word);

	task->ns_level = 9;
	task->ns_tid = 0;

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 11, COST_LOOK);

	cr_assert(wait.open & OPEN_BIT(OPEN_UNREADABLE));
	fake_system_deinit(&system);
}

/* Processes 10 and 20 map inode 6; 10 waits for a shared mutex in it. */
#define MAPPED(at, process)                                                                     \
	{                                                                                       \
		.start = at, .end = at + 0x1000, .inode = 6, .mm = process, .dev = FAKE_DEV,    \
		.pid = process, .flags = MAPPING_SHARED | MAPPING_WRITE, .writable_mappings = 2 \
	}

static const struct mapping mappings[] = { MAPPED(0x1000, 10), MAPPED(0x8000, 20) };

static struct look_task *shared_waiter(struct fake_system *system, struct mutex_word *word)
{
	struct look_task *task = fake_task(system, 10, 10);

	word->kind = 128;
	fake_futex(task, 0x1000, WAIT_SHARED, 2, word, sizeof(*word));
	fake_shared(task, 6, 0);
	fake_mappers(system, FAKE_DEV, 6, mappings, 2);
	return task;
}

Test(kind_mutex, shared_owner_is_a_thread_of_another_mapper)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(21);

	shared_waiter(&system, &word);
	fake_task(&system, 20, 20);
	fake_task(&system, 20, 21);

	struct fake_wait cheap = fake_resolve(&system, &mutex_kind, 10, COST_LOOK);
	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 10, COST_TABLE);

	cr_assert_eq(cheap.next, COST_TABLE);
	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].target, fake_node(&system, 21));
	fake_system_deinit(&system);
}

Test(kind_mutex, shared_owner_that_does_not_map_it_is_somebody_else)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(30);

	shared_waiter(&system, &word);
	fake_task(&system, 20, 20);
	fake_task(&system, 30, 30);

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 10, COST_TABLE);

	cr_assert(wait.open & OPEN_BIT(OPEN_UNKNOWN_FUTEX));
	fake_system_deinit(&system);
}

Test(kind_mutex, shared_owner_that_is_nowhere_is_dead)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(99);

	shared_waiter(&system, &word);
	fake_task(&system, 20, 20);

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 10, COST_TABLE);

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(dead_owner(&system, &wait)->a, 99);
	fake_system_deinit(&system);
}

Test(kind_mutex, timer_of_another_mapper_does_not_bring_the_owner_back)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(99);

	shared_waiter(&system, &word);
	fake_task(&system, 20, 20)->flags |= TASK_TIMER;
	cr_assert_eq(fake_resolve(&system, &mutex_kind, 10, COST_TABLE).open, 0);
	fake_system_deinit(&system);
}

Test(kind_mutex, shared_owner_may_be_of_another_mappers_namespace)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(99);

	shared_waiter(&system, &word);
	fake_task(&system, 20, 20)->pid_ns = 2;

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 10, COST_TABLE);

	cr_assert(wait.open & OPEN_BIT(OPEN_UNREADABLE));
	fake_system_deinit(&system);
}

Test(kind_mutex, changed_word_changes_the_fingerprint)
{
	struct mutex_word once = owned_by(12), twice = once;
	struct fake_system one = { 0 }, two = { 0 };

	twice.users = 2;
	waiter(&one, &once);
	waiter(&two, &twice);
	cr_assert_neq(fake_resolve(&one, &mutex_kind, 11, COST_READ).fingerprint,
		      fake_resolve(&two, &mutex_kind, 11, COST_READ).fingerprint);
	fake_system_deinit(&one);
	fake_system_deinit(&two);
}

/* i386: lock, count, owner, kind, users, spins or list */
static struct fake_wait resolved_narrow(struct fake_system *system, const uint32_t *words,
					size_t count)
{
	struct look_task *task;

	fake_task(system, 10, 10);
	task = fake_task(system, 10, 11);
	fake_task(system, 10, 12);
	fake_futex(task, ADDRESS, WAIT_PRIVATE, 2, words, count * sizeof(*words));
	task->flags |= TASK_COMPAT;
	if (!fake_recognise(system, &mutex_kind, 11))
		return (struct fake_wait){ 0 };
	return fake_resolve(system, &mutex_kind, 11, COST_LOOK);
}

static bool narrow_recognised(uint32_t count, uint32_t owner, uint32_t kind, uint32_t users,
			      uint32_t spins)
{
	const uint32_t words[10] = { 2, count, owner, kind, users, spins };
	struct fake_system system = { 0 };
	struct fake_wait wait = resolved_narrow(&system, words, 10);

	fake_system_deinit(&system);
	return wait.edge_count;
}

Test(kind_mutex, kind_comes_before_users_in_a_32_bit_program)
{
	/* what follows the 24 bytes is another's */
	const uint32_t words[10] = { 2, 1, 12, 1, 1, 0, 77, 77, 77, 77 };
	struct fake_system system = { 0 };
	struct fake_wait wait = resolved_narrow(&system, words, 10);

	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].target, fake_node(&system, 12));
	cr_assert_eq(wait.edges[0].flags, HOLDER);
	fake_system_deinit(&system);
}

Test(kind_mutex, one_illegal_word_makes_a_32_bit_one_another_lock)
{
	cr_expect(narrow_recognised(0, 12, 0, 1, 0));
	cr_expect_not(narrow_recognised(0, 12, 1, 0, 0), "in the order of 64 bits");
	cr_expect_not(narrow_recognised(0, 12, 0, 0, 0), "no user");
	cr_expect_not(narrow_recognised(1, 12, 0, 1, 0), "a depth without recursion");
	cr_expect_not(narrow_recognised(0, 12, 0, 1, 1), "spins without adapting");
	cr_expect_not(narrow_recognised(0, 12, 128, 1, 0), "shared, and a private wait");
	cr_expect_not(narrow_recognised(1, 0xf7d0a740, 0, 1, 0), "stdio's pointer to the owner");
}

/* What is said of a word that looks like a mutex if that function makes the call. */
static struct fake_wait called_in(struct fake_system *system, const char *module, const char *name)
{
	struct mutex_word word = owned_by(12);
	struct look_task *task = waiter(system, &word);
	struct symbol symbol = { .address = 0x1000, .size = 0x100 };

	name_copy(symbol.module, sizeof(symbol.module), module);
	name_copy(symbol.name, sizeof(symbol.name), name);
	task->ip = 0x1020;
	if (*name)
		fake_symbol(system, 10, task->ip, &symbol);
	return fake_resolve(system, &mutex_kind, 11, COST_SEARCH);
}

static enum wait_kind kind_called_in(const char *module, const char *name)
{
	struct fake_system system = { 0 };
	enum wait_kind kind = called_in(&system, module, name).kind;

	fake_system_deinit(&system);
	return kind;
}

Test(kind_mutex, a_lock_of_its_own_making_is_left_to_the_futexes)
{
	cr_expect_eq(kind_called_in("libc.so.6", "syscall"), WAIT_FUTEX);
	cr_expect_eq(kind_called_in("program", "event_wait"), WAIT_FUTEX);
	cr_expect_eq(kind_called_in("program", "syscall"), WAIT_FUTEX, "linked statically");
}

Test(kind_mutex, who_sleeps_inside_the_c_library_waits_for_a_mutex)
{
	cr_expect_eq(kind_called_in("libc.so.6", "pthread_mutex_lock"), WAIT_MUTEX);
	cr_expect_eq(kind_called_in("libc.so.6", "__lll_lock_wait"), WAIT_MUTEX);
	cr_expect_eq(kind_called_in("libpthread-2.31.so", "__lll_lock_wait"), WAIT_MUTEX);
	cr_expect_eq(kind_called_in("program", "__lll_lock_wait"), WAIT_MUTEX, "statically");
	cr_expect_eq(kind_called_in("program", ""), WAIT_MUTEX, "no symbols");
}

/* The vDSO makes the call, and has saved EBP, EDX and ECX above where it returns to. */
static enum wait_kind kind_called_by_vdso(const uint32_t saved[4], const char *caller)
{
	const uint32_t words[10] = { 2, 0, 12, 0, 1 };
	struct symbol vdso = { .module = "[vdso]", .name = "__kernel_vsyscall" };
	struct symbol symbol = { .module = "libc.so.6" };
	struct fake_system system = { 0 };
	struct look_task *task = fake_task(&system, 10, 11);

	fake_task(&system, 10, 12);
	fake_futex(task, ADDRESS, WAIT_PRIVATE, 2, words, sizeof(words));
	task->flags |= TASK_COMPAT;
	task->ip = 0xf7ed75e9;
	task->sp = 0xf749836c;
	name_copy(symbol.name, sizeof(symbol.name), caller);
	fake_memory(&system, 10, task->sp, saved, 4 * sizeof(*saved));
	fake_symbol(&system, 10, task->ip, &vdso);
	fake_symbol(&system, 10, 0xf7db66c7, &symbol);

	enum wait_kind kind = fake_resolve(&system, &mutex_kind, 11, COST_SEARCH).kind;

	fake_system_deinit(&system);
	return kind;
}

Test(kind_mutex, a_32_bit_programs_call_was_made_by_whom_the_vdso_returns_to)
{
	const uint32_t saved[] = { 0, 2, WAIT_PRIVATE, 0xf7db66c7 };

	cr_expect_eq(kind_called_by_vdso(saved, "syscall"), WAIT_FUTEX);
	cr_expect_eq(kind_called_by_vdso(saved, "__lll_lock_wait"), WAIT_MUTEX);
}

Test(kind_mutex, where_the_call_was_made_is_asked_last)
{
	struct fake_system system = { 0 };
	struct mutex_word word = owned_by(12);

	waiter(&system, &word)->ip = 0x1020;

	struct fake_wait wait = fake_resolve(&system, &mutex_kind, 11, COST_TABLE);

	cr_assert_eq(wait.next, COST_SEARCH);
	cr_assert_eq(wait.edge_count, 1);
	cr_assert_eq(wait.edges[0].flags, HOLDER);
	fake_system_deinit(&system);
}
