/* SPDX-License-Identifier: BSD-2-Clause */
/* Locks as the language has them that a puppet is built with, in a thing's own memory. */
#ifndef DLTRACE_TESTS_ORACLE_LANGUAGE_H
#define DLTRACE_TESTS_ORACLE_LANGUAGE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct language_lock {
	void *place;
	int kind, type; /* as the plan has them: enum object_kind */
};

/* False where the language has none such, or none with a timeout: the C library's is taken. */
bool language_init(struct language_lock lock);
bool language_take(struct language_lock lock, bool writes, bool timed);

#ifdef __cplusplus
}
#endif

#endif /* DLTRACE_TESTS_ORACLE_LANGUAGE_H */
