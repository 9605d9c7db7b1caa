/* SPDX-License-Identifier: BSD-2-Clause */
/* Findings to report: each the smallest one of its shape. */
#ifndef DLTRACE_SAMPLE_DEADLOCK_H
#define DLTRACE_SAMPLE_DEADLOCK_H

#include "core/deadlock.h"
#include "core/judge.h"

#define SAMPLE_NS 1000000000ull

/* A deadlock of count causes named "python3" with pids 100, 101, ...; each waits for nobody yet. */
struct deadlock *sample_new(enum verdict verdict, size_t count);
/* Cause i waits in kind ... */
void sample_wait(struct deadlock *deadlock, size_t i, enum wait_kind kind, const char *object);
/* ... for pid (0: nobody), by relation. Returns the edge, to be changed; valid until the next. */
struct party *sample_edge(struct deadlock *deadlock, size_t i, uint32_t pid,
			  enum relation relation);
void sample_evidence(struct party *party, const struct evidence *evidence);
/* Victims with pids from 200 on that wait for cause 0; as many as fit are listed. */
void sample_victims(struct deadlock *deadlock, size_t count);

/* One more frame of cause i, outside of those it has: of Python if its module is NULL. */
void sample_frame(struct deadlock *deadlock, size_t i, const char *function, const char *file,
		  uint32_t line, const char *module);
/* The stack of victim i, of one frame. */
void sample_victim_frame(struct deadlock *deadlock, size_t i, const char *function,
			 const char *file, uint32_t line);

/* Two processes and two locks in opposite order, with evidence of each source, and one victim. */
struct deadlock *sample_two_locks(void);
/* The same with stacks and names of both locks: in deposit and withdraw, of bank.py. */
struct deadlock *sample_two_places(void);
/* A process takes its own lock a second time. */
struct deadlock *sample_self(enum wait_kind kind);
/* An event loop with two tasks that took asyncio's locks in opposite order. */
struct deadlock *sample_event_loop(void);
/* A lock whose holder is gone; history knows how. */
struct deadlock *sample_dead_owner(uint32_t exit_code);
/* A lock that fork() copied locked. */
struct deadlock *sample_left_behind(void);
/* Count processes in one semaphore that only they could post. */
struct deadlock *sample_no_waker(size_t count);
/* A parent joins a child that writes into a full pipe that the parent would read. */
struct deadlock *sample_undrained_queue(void);

/* A parent in wait4 for a child that sleeps with a timeout. */
struct chain sample_chain(void);
/* Figures of a look over 412 tasks. */
struct judge_stats sample_stats(void);

#endif /* DLTRACE_SAMPLE_DEADLOCK_H */
