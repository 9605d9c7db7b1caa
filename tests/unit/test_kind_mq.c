/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <sys/syscall.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define INODE  600
#define READS  1
#define WRITES 2
#define STRONG (EDGE_CAN_END | EDGE_HOLDER)

static struct open_file end(uint32_t pid, uint32_t mode)
{
	return (struct open_file){ .description = 100 + pid,
				   .table = 0x2000 + pid,
				   .inode = INODE,
				   .dev = FAKE_DEV,
				   .pid = pid,
				   .fd = 3,
				   .kind = FILE_REGULAR,
				   .mode = mode,
				   .refs = 1 };
}

static struct fake_wait receiving(struct fake_system *system, const struct open_file *files,
				  uint32_t count)
{
	fake_call(fake_task(system, 10, 10), SYS_mq_timedreceive, 3, 0x7000, 8, 0);
	fake_task(system, 20, 20);
	fake_task(system, 30, 30);
	fake_descriptor(system, 10, 3, &files[0]);
	fake_holders(system, FAKE_DEV, INODE, files, count);
	fake_mappers(system, FAKE_DEV, INODE, NULL, 0);
	return fake_resolve(system, &mq_kind, 10, COST_TABLE);
}

Test(kind_mq, receiver_waits_for_who_may_send)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { end(10, READS), end(20, WRITES), end(30, READS) };
	struct fake_wait wait = receiving(&system, files, 3);

	cr_assert_eq(wait.open, OPEN_BIT(OPEN_NAME), "others may open it");
	cr_assert_eq(wait.edge_count, 1);
	cr_expect_eq(wait.edges[0].relation, RELATION_WRITER);
	cr_expect_eq(wait.edges[0].flags & STRONG, STRONG);
	fake_system_deinit(&system);
}

Test(kind_mq, each_of_several_senders_can_end_it)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { end(10, READS), end(20, WRITES), end(30, READS | WRITES) };

	cr_assert_eq(receiving(&system, files, 3).edge_count, 2);
	fake_system_deinit(&system);
}

Test(kind_mq, queue_of_one_process_waits_for_its_clients)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { end(10, READS | WRITES) };

	cr_assert(receiving(&system, files, 1).open & OPEN_IGNORANCE);
	fake_system_deinit(&system);
}

Test(kind_mq, descriptor_in_flight_opens_it)
{
	struct fake_system system = { 0 };
	struct open_file files[] = { end(10, READS), end(20, WRITES) };

	files[1].refs = 2;
	cr_assert(receiving(&system, files, 2).open & OPEN_BIT(OPEN_CENSUS));
	fake_system_deinit(&system);
}
