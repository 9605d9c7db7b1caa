/* SPDX-License-Identifier: BSD-2-Clause */
/* Who holds a socket's peer, as wakers of whoever waits at this end. */
#ifndef DLTRACE_SOCKET_ENDS_H
#define DLTRACE_SOCKET_ENDS_H

#include "core/kind.h"

/* What the waiter waits for at its own end. */
enum socket_event {
	SOCKET_DATA,   /* something to read, a connection to accept, or the end of it */
	SOCKET_ROOM,   /* something was read */
	SOCKET_HANGUP, /* only that it ends */
};

/*
 * One edge to all processes that hold the peer of the socket that the file (as probe_descriptor()
 * gave it) is, and one to those that hold this end, who might shut it down; counted, with the
 * evidence; open if the event is already there (unless only what is new counts: edge), or if
 * somebody outside may bring it. Processes other than the waiter's are responsible; without any,
 * false: the process wakes itself. The edge to the peer comes last. Asks at COST_TABLE.
 */
bool socket_edges(const struct kind_context *context, const struct look_task *task,
		  const struct open_file *file, enum socket_event event, bool edge,
		  struct wait_builder *b);

/* What is known of the socket; ask at COST_TABLE. */
bool socket_has_room(const struct kind_context *context, const struct open_file *file);
bool socket_is_tcp(const struct kind_context *context, const struct open_file *file);

/* A socket's own timeouts (SO_RCVTIMEO, SO_SNDTIMEO) end calls on it, but not a poll. */
void socket_open_if_timed(const struct kind_context *context, const struct open_file *file,
			  bool reads, struct wait_builder *b);

/*
 * The whole answer for a call on a socket. Returns the cost of the next question.
 */
enum cost socket_resolve(const struct kind_context *context, const struct look_task *task,
			 enum cost budget, struct wait_builder *b);
/*
 * Where calls on sockets of any family sleep: net/unix/af_unix.c,
 * net/core/{datagram,sock,stream}.c, net/ipv4/tcp.c, kernel/sched/wait.c. One list, since the
 * family is known later than this.
 */
extern const char *const socket_wchan[];
/* For people: "unix socket 123, peer 124". */
void socket_describe(const struct kind_context *context, const struct look_task *task, char *ret,
		     size_t size);

#endif /* DLTRACE_SOCKET_ENDS_H */
