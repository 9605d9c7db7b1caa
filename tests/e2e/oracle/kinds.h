/* SPDX-License-Identifier: BSD-2-Clause */
/* The objects of a plan, for those who need no more of it. */
#ifndef DLTRACE_TESTS_ORACLE_KINDS_H
#define DLTRACE_TESTS_ORACLE_KINDS_H

enum object_kind {
	OBJECT_MUTEX,
	OBJECT_SEM,
	OBJECT_FUTEX,
	OBJECT_COND,
	OBJECT_BARRIER,
	OBJECT_RWLOCK,
	OBJECT_STDIO,
};

#endif /* DLTRACE_TESTS_ORACLE_KINDS_H */
