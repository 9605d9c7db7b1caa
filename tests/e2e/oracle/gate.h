/* SPDX-License-Identifier: BSD-2-Clause */
/* A barrier in shared memory that is the same in every C library. Passed once. */
#ifndef DLTRACE_TESTS_ORACLE_GATE_H
#define DLTRACE_TESTS_ORACLE_GATE_H

#include <stdint.h>

struct gate {
	uint32_t arrived, all;
};

void gate_pass(struct gate *gate);

#endif /* DLTRACE_TESTS_ORACLE_GATE_H */
