/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/sem.h>
#include <sys/syscall.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define SET	   5
#define OPERATIONS 0x7000
#define STRONG	   (EDGE_CAN_END | EDGE_HOLDER)
#define BY_CUSTOM  OPEN_BIT(OPEN_NAME)

static const struct sembuf take_one[] = { { .sem_num = 1, .sem_op = -1 } };

/* 10 is in semop(SET, operations); 20 and 30 are others. */
static struct look_task *operating(struct fake_system *system, const struct sembuf *operations,
				   uint32_t count)
{
	struct look_task *task = fake_task(system, 10, 10);

	fake_task(system, 20, 20);
	fake_task(system, 30, 30);
	fake_call(task, SYS_semtimedop, SET, OPERATIONS, count, 0);
	fake_memory(system, 10, OPERATIONS, operations, count * sizeof(*operations));
	return task;
}

static struct fake_wait waiting(struct fake_system *system, uint32_t value, uint32_t last)
{
	struct sysv_semaphore semaphore = { .value = value, .last = last };

	operating(system, take_one, 1);
	fake_semaphore(system, 10, SET, 1, &semaphore);
	return fake_resolve(system, &sysv_sem_kind, 10, COST_TABLE);
}

Test(kind_sysv, by_custom_who_took_the_last_unit_gives_it_back)
{
	struct fake_system system = { 0 };
	struct fake_wait wait = waiting(&system, 0, 20);

	cr_assert_eq(wait.open, BY_CUSTOM, "anybody could");
	cr_assert_eq(wait.edge_count, 1);
	cr_expect_eq(wait.edges[0].target, fake_process(&system, 20));
	cr_expect_eq(wait.edges[0].flags, STRONG);
	cr_expect(wait.held);
	fake_system_deinit(&system);
}

static uint32_t open_after(uint32_t value, uint32_t last)
{
	struct fake_system system = { 0 };
	uint32_t open = waiting(&system, value, last).open;

	fake_system_deinit(&system);
	return open;
}

Test(kind_sysv, nobody_is_expected_to_give_what_the_waiter_took)
{
	cr_expect(open_after(0, 10) & OPEN_IGNORANCE);
}

Test(kind_sysv, nobody_is_expected_who_is_gone_or_elsewhere)
{
	cr_expect(open_after(0, 99) & OPEN_IGNORANCE);
	cr_expect(open_after(0, 0) & OPEN_IGNORANCE);
}

Test(kind_sysv, units_that_are_there_are_a_wakeup_under_way)
{
	cr_expect_eq(open_after(1, 20), OPEN_BIT(OPEN_BUSY));
}

Test(kind_sysv, another_user_of_the_set_may_give_it)
{
	struct fake_system system = { 0 };
	struct sysv_semaphore semaphore = { .last = 20 };
	static const struct sembuf other[] = { { .sem_num = 2, .sem_op = -1 } };

	operating(&system, take_one, 1);
	fake_semaphore(&system, 10, SET, 1, &semaphore);
	fake_call(&system.tasks[2], SYS_semtimedop, SET, OPERATIONS, 1, 0);
	fake_memory(&system, 30, OPERATIONS, other, sizeof(other));
	cr_assert(fake_resolve(&system, &sysv_sem_kind, 10, COST_TABLE).open & OPEN_IGNORANCE);
	fake_system_deinit(&system);
}

Test(kind_sysv, set_of_that_id_in_another_namespace_is_another_one)
{
	struct fake_system system = { 0 };
	struct sysv_semaphore semaphore = { .space = 1, .last = 20 }, theirs = { .space = 2 };
	static const struct sembuf other[] = { { .sem_num = 2, .sem_op = -1 } };

	operating(&system, take_one, 1);
	fake_semaphore(&system, 10, SET, 1, &semaphore);
	fake_semaphore(&system, 30, SET, 1, &theirs);
	fake_call(&system.tasks[2], SYS_semtimedop, SET, OPERATIONS, 1, 0);
	fake_memory(&system, 30, OPERATIONS, other, sizeof(other));
	cr_assert_eq(fake_resolve(&system, &sysv_sem_kind, 10, COST_TABLE).open, BY_CUSTOM);
	fake_system_deinit(&system);
}

Test(kind_sysv, smaller_set_of_that_id_is_that_of_another_namespace)
{
	struct fake_system system = { 0 };
	struct sysv_semaphore semaphore = { .space = 1, .last = 20 };
	static const struct sembuf other[] = { { .sem_num = 0, .sem_op = -1 } };

	operating(&system, take_one, 1);
	fake_semaphore(&system, 10, SET, 1, &semaphore);
	fake_semaphore(&system, 30, SET, 1, &semaphore);
	system.answers[system.answer_count - 1].answer.error = -ESRCH;
	fake_call(&system.tasks[2], SYS_semtimedop, SET, OPERATIONS, 1, 0);
	fake_memory(&system, 30, OPERATIONS, other, sizeof(other));
	cr_assert_eq(fake_resolve(&system, &sysv_sem_kind, 10, COST_TABLE).open, BY_CUSTOM);
	fake_system_deinit(&system);
}

Test(kind_sysv, another_waiter_for_the_same_semaphore_does_not)
{
	struct fake_system system = { 0 };
	struct sysv_semaphore semaphore = { .last = 20 };

	operating(&system, take_one, 1);
	fake_semaphore(&system, 10, SET, 1, &semaphore);
	fake_call(&system.tasks[2], SYS_semtimedop, SET, OPERATIONS, 1, 0);
	fake_memory(&system, 30, OPERATIONS, take_one, sizeof(take_one));
	cr_assert_eq(fake_resolve(&system, &sysv_sem_kind, 10, COST_TABLE).open, BY_CUSTOM);
	fake_system_deinit(&system);
}

Test(kind_sysv, second_thread_of_another_waiter_is_a_user)
{
	struct fake_system system = { 0 };
	struct sysv_semaphore semaphore = { .last = 20 };
	static const struct sembuf other[] = { { .sem_num = 2, .sem_op = -1 } };

	operating(&system, take_one, 1);
	fake_semaphore(&system, 10, SET, 1, &semaphore);
	fake_call(&system.tasks[2], SYS_semtimedop, SET, OPERATIONS, 1, 0);
	fake_memory(&system, 30, OPERATIONS, take_one, sizeof(take_one));
	fake_call(fake_task(&system, 30, 31), SYS_semtimedop, SET, OPERATIONS + 64, 1, 0);
	fake_memory(&system, 30, OPERATIONS + 64, other, sizeof(other));
	cr_assert(fake_resolve(&system, &sysv_sem_kind, 10, COST_TABLE).open & OPEN_IGNORANCE);
	fake_system_deinit(&system);
}

Test(kind_sysv, the_first_operation_that_cannot_be_done_is_waited_for)
{
	struct fake_system system = { 0 };
	static const struct sembuf several[] = { { .sem_num = 0, .sem_op = 1 },
						 { .sem_num = 0, .sem_op = -2 },
						 { .sem_num = 1, .sem_op = 0 },
						 { .sem_num = 2, .sem_op = -1 } };
	struct sysv_semaphore first = { .value = 1, .last = 30 },
			      second = { .value = 3, .last = 20 };

	operating(&system, several, 4);
	fake_semaphore(&system, 10, SET, 0, &first);
	fake_semaphore(&system, 10, SET, 1, &second);

	struct fake_wait wait = fake_resolve(&system, &sysv_sem_kind, 10, COST_TABLE);

	cr_assert_eq(wait.edge_count, 1);
	cr_expect_eq(wait.edges[0].target, fake_process(&system, 20), "it must become 0");
	fake_system_deinit(&system);
}

Test(kind_sysv, removed_set_wakes_its_waiters)
{
	struct fake_system system = { 0 };
	struct sysv_semaphore semaphore = { 0 };

	operating(&system, take_one, 1);
	fake_semaphore(&system, 10, SET, 1, &semaphore);
	system.answers[0].answer.error = -ESRCH;
	cr_assert_eq(fake_resolve(&system, &sysv_sem_kind, 10, COST_TABLE).open,
		     OPEN_BIT(OPEN_BUSY));
	fake_system_deinit(&system);
}

Test(kind_sysv, limit_makes_it_timed)
{
	struct fake_system system = { 0 };

	operating(&system, take_one, 1)->args[3] = 0x7100;
	cr_assert_eq(fake_resolve(&system, &sysv_sem_kind, 10, COST_LOOK).open,
		     OPEN_BIT(OPEN_TIMED));
	fake_system_deinit(&system);
}

static struct fake_wait messaging(struct fake_system *system, int call,
				  const struct sysv_queue *queue)
{
	fake_call(fake_task(system, 10, 10), call, SET, 0x8000, 100, 0);
	fake_task(system, 20, 20);
	fake_task(system, 30, 30);
	fake_queue(system, 10, SET, queue);
	return fake_resolve(system, &sysv_msg_kind, 10, COST_TABLE);
}

Test(kind_sysv, receiver_waits_for_the_last_sender)
{
	struct fake_system system = { 0 };
	struct sysv_queue queue = { .limit = 1000, .sender = 20, .receiver = 30 };
	struct fake_wait wait = messaging(&system, SYS_msgrcv, &queue);

	cr_assert_eq(wait.open, BY_CUSTOM);
	cr_expect_eq(wait.edges[0].target, fake_process(&system, 20));
	cr_expect_eq(wait.edges[0].relation, RELATION_WRITER);
	fake_system_deinit(&system);
}

Test(kind_sysv, sender_to_a_full_queue_waits_for_the_last_receiver)
{
	struct fake_system system = { 0 };
	struct sysv_queue queue = {
		.bytes = 950, .limit = 1000, .messages = 9, .sender = 20, .receiver = 30
	};
	struct fake_wait wait = messaging(&system, SYS_msgsnd, &queue);

	cr_assert_eq(wait.open, BY_CUSTOM);
	cr_expect_eq(wait.edges[0].target, fake_process(&system, 30));
	cr_expect_eq(wait.edges[0].relation, RELATION_READER);
	fake_system_deinit(&system);
}

Test(kind_sysv, message_or_room_that_is_there_is_a_wakeup_under_way)
{
	struct fake_system full = { 0 }, empty = { 0 };
	struct sysv_queue queue = {
		.bytes = 100, .limit = 1000, .messages = 1, .sender = 20, .receiver = 30
	};

	cr_expect_eq(messaging(&full, SYS_msgrcv, &queue).open, OPEN_BIT(OPEN_BUSY));
	cr_expect_eq(messaging(&empty, SYS_msgsnd, &queue).open, OPEN_BIT(OPEN_BUSY));
	fake_system_deinit(&full);
	fake_system_deinit(&empty);
}

Test(kind_sysv, queue_that_nobody_has_used_yet_is_open)
{
	struct fake_system system = { 0 };
	struct sysv_queue queue = { .limit = 1000 };

	cr_assert(messaging(&system, SYS_msgrcv, &queue).open & OPEN_IGNORANCE);
	fake_system_deinit(&system);
}
