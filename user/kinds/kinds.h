/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All kinds of wait, in the order in which they are tried: what is known most
 * exactly comes first, and the last one takes whatever is left.
 */
#ifndef DLTRACE_KINDS_H
#define DLTRACE_KINDS_H

#include "core/kind.h"

extern const struct kind join_kind;
extern const struct kind semlock_kind;
extern const struct kind mutex_kind;
extern const struct kind python_lock_kind;
extern const struct kind python_rlock_kind;
extern const struct kind robust_mutex_kind;
extern const struct kind pi_mutex_kind;
extern const struct kind rwlock_kind;
extern const struct kind stdio_kind;
extern const struct kind gil_kind;
extern const struct kind sem_kind;
extern const struct kind futex_waitv_kind;
extern const struct kind futex_kind;
extern const struct kind cond_kind;
extern const struct kind barrier_kind;
extern const struct kind once_kind;
extern const struct kind wait4_kind;
extern const struct kind waitid_kind;
extern const struct kind vfork_kind;
extern const struct kind pipe_read_kind;
extern const struct kind pipe_write_kind;
extern const struct kind poll_kind;
extern const struct kind select_kind;
extern const struct kind unix_socket_kind;
extern const struct kind tcp_loopback_kind;
extern const struct kind eventfd_kind;
extern const struct kind epoll_kind;
extern const struct kind splice_kind;
extern const struct kind fifo_open_kind;
extern const struct kind sysv_sem_kind;
extern const struct kind sysv_msg_kind;
extern const struct kind mq_kind;
extern const struct kind flock_kind;
extern const struct kind posix_lock_kind;
extern const struct kind ofd_lock_kind;
extern const struct kind kernel_lock_kind;
extern const struct kind stopped_kind;
extern const struct kind pause_kind;
extern const struct kind other_kind;

/* Constant, valid for ever. */
const struct kind_table *kinds_table(void);

#endif /* DLTRACE_KINDS_H */
