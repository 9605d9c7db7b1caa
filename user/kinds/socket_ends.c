/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who can end a wait on a connected socket: whoever holds its peer, by sending,
 * reading, shutting down or closing, and whoever holds this end too, by shutting
 * it down. A connection that nobody has accepted yet is in the hands of those who
 * hold the listener.
 *
 * A socket has one open file description, and that counts its references, so the
 * census of either set is that of the description (holders.c). What the kernel
 * would do by itself opens the wait: timeouts of the socket, an in-kernel user
 * (sk_user_data: BPF's sockmap, kernel services).
 *
 * Two ends of a TCP connection within the machine have nothing in common that the
 * kernel knows of; that their addresses and ports fit in one network namespace,
 * and that neither has anything under way, makes it likely.
 */
#include "kinds/socket_ends.h"

#include <asm/poll.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kinds/file_call.h"
#include "kinds/holders.h"
#include "kinds/reasons.h"
#include "kinds/signals.h"

/* The kernel's numbers: include/linux/socket.h, net.h */
enum { FAMILY_UNIX = 1, FAMILY_INET = 2, FAMILY_INET6 = 10 };
enum { TYPE_STREAM = 1, TYPE_DATAGRAM = 2 };

const char *const socket_wchan[] = { "unix_",
				     "__skb_wait_for_more_packets",
				     "sock_alloc_send_pskb",
				     "sock_wait_for_wmem",
				     "sk_wait_data",
				     "sk_stream_wait_memory",
				     "tcp_",
				     "wait_woken",
				     NULL };

static bool is_unix(const struct socket_state *socket)
{
	return socket->family == FAMILY_UNIX;
}

static bool is_tcp(const struct socket_state *socket)
{
	return (socket->family == FAMILY_INET || socket->family == FAMILY_INET6) &&
	       socket->type == TYPE_STREAM;
}

/*
 * Writers of a unix socket sleep until three quarters of what they wrote was read
 * (net/unix/af_unix.c: unix_writable()); but for a stream also while the peer has as many packets
 * as it may (unix_recvq_full()). TCP wakes them when a third of its buffer is free (net/sock.h:
 * sk_stream_is_writeable()).
 */
static bool has_room(const struct socket_state *socket)
{
	if (is_tcp(socket))
		return (uint64_t)socket->written * 3 / 2 <= socket->room;
	if (socket->type != TYPE_STREAM && socket->peer_queued > socket->peer_backlog)
		return false;
	return (uint64_t)socket->written * 4 <= socket->room;
}

static bool event_is_there(const struct socket_state *socket, enum socket_event event)
{
	if (socket->flags & SOCKET_ENDED)
		return true;
	switch (event) {
	case SOCKET_DATA:
		return socket->queued;
	case SOCKET_ROOM:
		return has_room(socket);
	default:
		return false;
	}
}

/* What leads out of the model, and leaves nobody to lead to. */
static bool open_unless_connected(const struct socket_state *socket, struct wait_builder *b)
{
	if (!is_unix(socket) && !is_tcp(socket)) {
		wait_open(b, OPEN_SOCKET);
	} else if (socket->flags & SOCKET_LISTENING || !(socket->flags & SOCKET_CONNECTED)) {
		if (is_unix(socket) && socket->flags & SOCKET_NAMED)
			wait_open_clients(b);
		else
			wait_open(b, OPEN_SOCKET);
	} else if (!socket->peer) {
		/* elsewhere in the network; accepted by nobody who is known; or about to be closed
		 */
		wait_open(b, is_tcp(socket)		      ? OPEN_SOCKET
			     : socket->flags & SOCKET_WAITING ? OPEN_CENSUS
							      : OPEN_BUSY);
	} else {
		return false;
	}
	return true;
}

/*
 * A sender's buffer empties, and may grow, as acknowledgements come, until the receiver has told
 * that it takes nothing more. From then on the sender asks again for ever, as long as the receiver
 * answers, and only reading opens the window (net/ipv4/tcp_output.c: tcp_send_probe0(),
 * __tcp_select_window()).
 */
static bool is_moving(const struct socket_state *socket, const struct socket_state *peer,
		      enum socket_event event)
{
	if (event == SOCKET_ROOM)
		return !(socket->flags & SOCKET_WINDOW_SHUT);
	return peer->on_the_way;
}

static void open_for_tcp(const struct kind_context *context, const struct socket_state *socket,
			 enum socket_event event, struct wait_builder *b)
{
	const struct socket_state *peer;
	int error = probe_socket(context->probe, socket->peer, &peer);

	/* by custom nothing is between them */
	wait_open(b, OPEN_UNCOUNTED);
	if (error)
		wait_open_error(b, error);
	else if (is_moving(socket, peer, event))
		wait_open(b, OPEN_BUSY);
	if (socket->flags & (SOCKET_KEPT_ALIVE | SOCKET_USER_TIMEOUT))
		wait_open(b, OPEN_TIMED);
}

/*
 * What a sender of datagrams is charged for may lie in the queues of others than its peer: of whom
 * it was connected to before, or named in a call. Each of them makes room by reading.
 */
static void open_for_datagrams(const struct socket_state *socket, struct wait_builder *b)
{
	if (has_room(socket) || socket->peer_queued > socket->peer_backlog)
		return;
	/* by custom it has one peer, which has some of it; what has nothing has none of it */
	wait_open(b, socket->peer_queued ? OPEN_UNCOUNTED : OPEN_SOCKET);
}

static uint32_t build_group(const struct kind_context *context, uint32_t dev, uint64_t inode,
			    const struct answer *answer)
{
	const struct holder_filter filter = { .mode = 3 };
	const struct open_file *first;
	int64_t found;
	uint32_t group =
		holders_group(context, GROUP_HOLDERS, dev, inode, answer, &filter, &found, &first);

	if (group == NO_NODE)
		return NO_NODE;
	if (!first)
		graph_open_group(context->graph, group, OPEN_CENSUS);
	graph_set_census(context->graph, group, first && first->refs ? 1 : -1, found);
	return group;
}

/* Edge to the holders of the socket with that inode; *ret_others as in socket_edges(). */
static void holders_edge(const struct kind_context *context, const struct look_task *task,
			 uint32_t dev, uint64_t inode, bool is_peer, struct wait_builder *b,
			 bool *ret_others)
{
	const struct holder_filter filter = { .mode = 3 };
	struct answer answer;
	char what[64];
	int error = probe_holders(context->probe, dev, inode, &answer);

	if (error) {
		wait_open_error(b, error);
		return;
	}

	uint32_t node = graph_find_group(context->graph, GROUP_HOLDERS, dev, inode);

	if (node == NO_NODE)
		node = build_group(context, dev, inode, &answer);
	if (node == NO_NODE) {
		wait_open(b, OPEN_UNREADABLE);
		return;
	}

	const struct group *group = graph_group(context->graph, node);
	bool others = group_has_others(context->graph, node, task->pid);
	int64_t kernel = group->census_kernel, found = group->census_found;
	unsigned int custom = is_peer && others ? EDGE_HOLDER | EDGE_NOT_SELF : 0;

	wait_edge_or_open(b, node, is_peer ? RELATION_PEER : RELATION_MAY_WAKE,
			  EDGE_CAN_END | custom);
	snprintf(what, sizeof(what), "holders of socket %" PRIu64, inode);
	wait_saw_count(b, what, kernel, found, "open file descriptions of the socket");
	holders_saw(context, &answer, &filter, "socket",
		    is_peer ? "it holds the peer" : "it holds this end", b);
	*ret_others = others;
}

static void saw_peer(const struct socket_state *socket, struct wait_builder *b)
{
	char what[64];
	bool waiting = socket->flags & SOCKET_WAITING;

	snprintf(what, sizeof(what), "%s of socket %" PRIu64, waiting ? "listener" : "peer",
		 (uint64_t)socket->inode);
	wait_saw_count(b, what, (int64_t)socket->peer, (int64_t)socket->peer,
		       waiting ? "inode of the listener, which has not accepted it yet"
			       : "inode of the socket at the other end");
}

bool socket_edges(const struct kind_context *context, const struct look_task *task,
		  const struct open_file *file, enum socket_event event, bool edge,
		  struct wait_builder *b)
{
	const struct socket_state *socket;
	int error = probe_socket(context->probe, file->inode, &socket);
	bool others = false, beside = false;

	if (error) {
		wait_open_error(b, error);
		return true;
	}
	if (event_is_there(socket, event) && !edge)
		wait_open(b, OPEN_BUSY);
	if (socket->flags & SOCKET_IN_KERNEL)
		wait_open(b, OPEN_IN_KERNEL);
	if (open_unless_connected(socket, b))
		return true;
	if (is_tcp(socket))
		open_for_tcp(context, socket, event, b);
	else if (socket->type == TYPE_DATAGRAM && event == SOCKET_ROOM)
		open_for_datagrams(socket, b);
	holders_edge(context, task, file->dev, file->inode, false, b, &beside);
	holders_edge(context, task, file->dev, socket->peer, true, b, &others);
	saw_peer(socket, b);
	return others;
}

static bool socket_is(const struct kind_context *context, const struct open_file *file,
		      bool (*is)(const struct socket_state *socket))
{
	const struct socket_state *socket;

	return !probe_socket(context->probe, file->inode, &socket) && is(socket);
}

bool socket_has_room(const struct kind_context *context, const struct open_file *file)
{
	return socket_is(context, file, has_room);
}

bool socket_is_tcp(const struct kind_context *context, const struct open_file *file)
{
	return socket_is(context, file, is_tcp);
}

void socket_open_if_timed(const struct kind_context *context, const struct open_file *file,
			  bool reads, struct wait_builder *b)
{
	const struct socket_state *socket;
	uint32_t timed = reads ? SOCKET_READ_TIMED : SOCKET_WRITE_TIMED;

	if (probe_socket(context->probe, file->inode, &socket))
		return;
	if (!(socket->flags & SOCKET_TIMES_KNOWN))
		wait_open(b, OPEN_UNREADABLE);
	else if (socket->flags & timed)
		wait_open(b, OPEN_TIMED);
}

/* recvmmsg(2) looks at its timeout after each message; that it may not end it is called a bug. */
static bool is_timed(const struct look_task *task)
{
	return call_of(task) == CALL_RECEIVE && task->args[4] &&
	       !strcmp(call_name(task->call), "recvmmsg");
}

/* A datagram may go to whom its call names instead of to the peer; msghdr begins with the name. */
static bool names_receiver(const struct kind_context *context, const struct look_task *task,
			   const struct open_file *file)
{
	const struct socket_state *socket;
	const char *call = call_name(task->call);
	uint64_t name = 1;

	if (call_of(task) != CALL_SEND || probe_socket(context->probe, file->inode, &socket) ||
	    socket->type != TYPE_DATAGRAM)
		return false;
	if (!strcmp(call, "sendto"))
		return task->args[4];
	if (!strcmp(call, "sendmsg"))
		probe_memory(context->probe, task->pid, task->args[1], &name, sizeof(name));
	return name;
}

enum cost socket_resolve(const struct kind_context *context, const struct look_task *task,
			 enum cost budget, struct wait_builder *b)
{
	struct file_side side[FILE_CALL_SIDES];
	const struct open_file *file;

	/* strangers may come, or the network answer */
	if (call_of(task) == CALL_CONNECT || call_of(task) == CALL_ACCEPT) {
		wait_open(b, OPEN_SOCKET);
		return COST_DONE;
	}
	if (is_timed(task)) {
		wait_open(b, OPEN_TIMED);
		return COST_DONE;
	}
	if (budget < COST_READ)
		return COST_READ;
	if (!file_call_sides(task, side)) {
		wait_open(b, OPEN_UNKNOWN_CALL);
		return COST_DONE;
	}

	int error = file_of_call(context, task, side[0].fd, &file);

	if (error) {
		wait_open_error(b, error);
		return COST_DONE;
	}
	if (file->kind != FILE_SOCKET) {
		wait_open(b, OPEN_BUSY);
		return COST_DONE;
	}

	bool reads = side[0].events == POLLIN;

	wait_object(b, file->dev, file->inode, reads);
	if (budget < COST_TABLE)
		return COST_TABLE;
	if (b->wait->kind == WAIT_UNIX_SOCKET && socket_is_tcp(context, file)) {
		b->wait->kind = WAIT_TCP_LOOPBACK;
		return COST_SEARCH; /* the other kind is asked at once */
	}
	socket_open_if_timed(context, file, reads, b);
	if (names_receiver(context, task, file))
		wait_open(b, OPEN_SOCKET);
	socket_edges(context, task, file, reads ? SOCKET_DATA : SOCKET_ROOM, false, b);
	return signals_resolve(context, task, budget, b, HANDLER_MAY_END);
}

void socket_describe(const struct kind_context *context, const struct look_task *task, char *ret,
		     size_t size)
{
	struct file_side side[FILE_CALL_SIDES] = { 0 };
	const struct socket_state *socket;
	const struct open_file *file;

	file_call_sides(task, side);
	if (file_of_call(context, task, side[0].fd, &file))
		snprintf(ret, size, "descriptor %d", side[0].fd);
	else if (probe_socket(context->probe, file->inode, &socket) || !socket->peer)
		snprintf(ret, size, "%s %" PRIu64, file_kind_name(file->kind),
			 (uint64_t)file->inode);
	else
		snprintf(ret, size, "%s socket %" PRIu64 ", whose %s is %" PRIu64,
			 is_unix(socket) ? "unix" : "TCP", (uint64_t)file->inode,
			 socket->flags & SOCKET_WAITING ? "listener" : "peer",
			 (uint64_t)socket->peer);
}
