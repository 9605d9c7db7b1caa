/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls on a unix socket: receiving while nothing has come, sending while the peer
 * does not read. Calls on sockets begin here; those of another family go on
 * elsewhere once it is known.
 */
#include "kinds/kinds.h"
#include "kinds/socket_ends.h"

static bool unix_socket_recognise(const struct kind_context *context, const struct look_task *task)
{
	(void)context;
	switch (call_of(task)) {
	case CALL_ACCEPT:
	case CALL_CONNECT:
	case CALL_RECEIVE:
	case CALL_SEND:
		return true;
	default:
		return false;
	}
}

const struct kind unix_socket_kind = {
	.kind = WAIT_UNIX_SOCKET,
	.wchan = socket_wchan,
	.recognise = unix_socket_recognise,
	.resolve = socket_resolve,
	.describe = socket_describe,
};
