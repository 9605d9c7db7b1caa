/* SPDX-License-Identifier: BSD-2-Clause */
/* See gate.h. */
#include "gate.h"

#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

void gate_pass(struct gate *gate)
{
	uint32_t arrived = __atomic_add_fetch(&gate->arrived, 1, __ATOMIC_SEQ_CST);

	if (arrived == gate->all)
		syscall(SYS_futex, &gate->arrived, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
	while (arrived < gate->all) {
		syscall(SYS_futex, &gate->arrived, FUTEX_WAIT, arrived, NULL, NULL, 0);
		arrived = __atomic_load_n(&gate->arrived, __ATOMIC_SEQ_CST);
	}
}
