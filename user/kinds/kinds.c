/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of all kinds. */
#include "kinds/kinds.h"

static const struct kind *const rows[] = {
	&stopped_kind,	   &kernel_lock_kind,  &join_kind,	   &semlock_kind,     &mutex_kind,
	&python_lock_kind, &python_rlock_kind, &robust_mutex_kind, &pi_mutex_kind,    &rwlock_kind,
	&stdio_kind,	   &gil_kind,	       &sem_kind,	   &futex_waitv_kind, &futex_kind,
	&cond_kind,	   &barrier_kind,      &once_kind,	   &wait4_kind,	      &waitid_kind,
	&vfork_kind,	   &pipe_read_kind,    &pipe_write_kind,   &poll_kind,	      &select_kind,
	&unix_socket_kind, &tcp_loopback_kind, &eventfd_kind,	   &epoll_kind,	      &splice_kind,
	&fifo_open_kind,   &sysv_sem_kind,     &sysv_msg_kind,	   &mq_kind,	      &flock_kind,
	&posix_lock_kind,  &ofd_lock_kind,     &pause_kind,	   &other_kind,
};

static const struct kind_table table = { rows, sizeof(rows) / sizeof(rows[0]) };

_Static_assert(sizeof(rows) / sizeof(rows[0]) == WAIT_KIND_COUNT - 1,
	       "every kind but none has its row");

const struct kind_table *kinds_table(void)
{
	return &table;
}
