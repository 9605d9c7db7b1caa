/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A task as /proc tells of it, for those that the iterator does not return.
 */
#ifndef DLTRACE_PROC_TASK_H
#define DLTRACE_PROC_TASK_H

#include <stdbool.h>
#include <stdint.h>

struct look_task;
struct probe;

/*
 * Fills ret with TASK_FROM_PROC from /proc/PID/task/TID/{stat,status}. Nothing
 * says what it sleeps in: to the model it is a task that can go on. start_ns is
 * rounded down to a clock tick. 0, -ESRCH if it is gone, or -errno.
 */
int proc_task_read(const struct probe *probe, uint32_t pid, uint32_t tid, struct look_task *ret);

/*
 * The same with what it sleeps in, as far as /proc tells: without TASK_FROM_PROC if the call could
 * be read, which takes the right to trace the task (ptrace(2)). What is not told is 0: counts, ids
 * but those of the process itself, and when it went to sleep. An armed timer is not told either, so
 * whoever catches a timer's signal is taken to have one. What may hang is asked of the probe; if it
 * does, there is no more than that the task is there. TASK_ASYNC_IO is only told of the leader.
 * 0, -ESRCH or -errno.
 */
int proc_task_read_call(const struct probe *probe, uint32_t pid, uint32_t tid,
			struct look_task *ret);

/*
 * Sets what /proc/PID/task/TID/syscall tells: call, arguments, stack. False if it is running, or in
 * none; then *ret is unchanged.
 */
bool proc_syscall_parse(const char *text, struct look_task *ret);

/*
 * Sets what /proc/PID/task/TID/stat tells: name, flags, parent, threads, start,
 * exit code. 0, or -EPROTO and ret is unchanged.
 */
int proc_stat_parse(const char *text, struct look_task *ret);

#endif /* DLTRACE_PROC_TASK_H */
