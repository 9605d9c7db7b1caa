/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls on a TCP socket whose other end is on this machine, in the same network namespace. */
#include "kinds/kinds.h"
#include "kinds/socket_ends.h"

/* Never at first sight: what a socket is only the tables tell (unix_socket.c). */
static bool tcp_loopback_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	(void)task;
	return false;
}

const struct kind tcp_loopback_kind = {
	.kind = WAIT_TCP_LOOPBACK,
	.wchan = socket_wchan,
	.recognise = tcp_loopback_recognise,
	.resolve = socket_resolve,
	.describe = socket_describe,
};
