/* SPDX-License-Identifier: BSD-2-Clause */
/* What tasks, objects and relations are called in sentences. Writes are unchecked: see buffer.h. */
#ifndef DLTRACE_LABEL_H
#define DLTRACE_LABEL_H

#include <stdio.h>

#include "core/deadlock.h"

/* "python3[12]", or "python3[12] thread 14" if it is not the process's first. */
void label_task(FILE *out, const struct look_task *task);
/* The same of a party: "python3[12]", "mappers of inode 6 (3)", "task 12", "somebody". */
void label_party(FILE *out, const struct party *party);
/* The task's process: "python3[12]". */
void label_process(FILE *out, const struct look_task *task);
/* To a reader who knows that process pid is meant, its threads by number: "thread 13". */
void label_task_of(FILE *out, const struct look_task *task, uint32_t pid);
/* The same of whom the waiter waits for; "itself". */
void label_party_of(FILE *out, const struct party *party, const struct look_task *waiter);
/* The process whose threads all causes are; 0: of several, or there is but one cause. */
uint32_t label_only_process(const struct deadlock *deadlock);
/* What is waited for, short: its name if it has one, else kind and address. */
void label_object(FILE *out, const struct cause *cause);
/* "was killed by signal 9 (KILL)", "ended with status 1"; "has died" if that is not known. */
void label_end(FILE *out, const struct deadlock *deadlock);
/* "child ", "writer ": what stands between "waits for" and the name of whom. */
const char *label_relation(enum relation relation);
/* "held by", "its child": before the name of whom a cause waits for. */
const char *label_cause(enum relation relation);
/* ", who is gone": behind that name; empty if it is alive. */
const char *label_state(enum party_state state);
/* "write to or close a pipe": what a writer or reader is to do in a wait of that kind; else empty.
 */
const char *label_act(enum relation relation, enum wait_kind kind);
/* "lock", "semaphore", "futex": what is held in a wait of that kind. */
const char *label_thing(enum wait_kind kind);

#endif /* DLTRACE_LABEL_H */
