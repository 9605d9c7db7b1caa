/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pass over all sockets, and who belongs together. The kernel itself knows a
 * unix socket's peer. A connection that waits to be accepted is found by the name
 * that it has in common with its listener (net/unix/af_unix.c: a connection takes
 * over the listener's unix_address). The two ends of a TCP connection within the
 * machine have each other's addresses and ports, in one network namespace. One whose
 * other end nobody has waits at the listener of that address and port, if the kernel
 * counts as many there as there are such connections; else one of them may be in
 * flight, and nothing tells which.
 *
 * Without the iterator nothing tells if a call on the socket times out, so there
 * is no answer.
 */
#include "probe/sockets.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "probe/iterator.h"
#include "probe/worker.h"

void sockets_deinit(struct sockets *sockets)
{
	free(sockets->items);
	*sockets = (struct sockets){ 0 };
}

static int compare_sockets(const void *a, const void *b)
{
	const struct socket_state *x = a, *y = b;

	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

static void sockets_unique(struct sockets *sockets)
{
	size_t kept = 0;

	qsort(sockets->items, sockets->count, sizeof(*sockets->items), compare_sockets);
	for (size_t i = 0; i < sockets->count; i++)
		if (!kept || sockets->items[kept - 1].inode != sockets->items[i].inode)
			sockets->items[kept++] = sockets->items[i];
	sockets->count = kept;
}

static int sockets_read(struct worker *worker, struct exchange *exchange)
{
	struct sockets *sockets = &worker->sockets;

	if (sockets->read)
		return sockets->error;
	sockets->read = true;
	exchange->busy_with = 0;
	sockets->error =
		worker->sockets_link_fd < 0
			? -EOPNOTSUPP
			: iterator_read(worker->sockets_link_fd, sizeof(*sockets->items), exchange,
					(void **)&sockets->items, &sockets->count);
	if (!sockets->error && sockets->count)
		sockets_unique(sockets);
	return sockets->error;
}

static bool is_tcp(const struct socket_state *socket)
{
	return (socket->family == AF_INET || socket->family == AF_INET6) &&
	       socket->type == SOCK_STREAM;
}

static bool is_listener(const struct socket_state *waiter, const struct socket_state *other)
{
	return other->flags & SOCKET_LISTENING && waiter->peer_name &&
	       other->name == waiter->peer_name;
}

static bool is_other_end(const struct socket_state *x, const struct socket_state *y)
{
	return is_tcp(y) && y->flags & SOCKET_CONNECTED && x->net == y->net &&
	       x->local_port == y->remote_port && x->remote_port == y->local_port &&
	       !memcmp(x->local, y->remote, sizeof(x->local)) &&
	       !memcmp(x->remote, y->local, sizeof(x->local));
}

/* The inode of the only socket that fits; 0 if there are none or several. */
static uint64_t find_one(const struct sockets *sockets, const struct socket_state *socket,
			 bool (*fits)(const struct socket_state *, const struct socket_state *))
{
	uint64_t found = 0;

	for (size_t i = 0; i < sockets->count; i++) {
		if (!fits(socket, &sockets->items[i]))
			continue;
		if (found)
			return 0;
		found = sockets->items[i].inode;
	}
	return found;
}

/* 0.0.0.0, as fill_mapped() of bpf/sockets.bpf.c writes it, or :: */
static bool is_any_address(const __u64 address[2])
{
	return !address[0] && (!address[1] || address[1] == htobe64(0xffff00000000));
}

static bool is_tcp_listener(const struct socket_state *client, const struct socket_state *other)
{
	return is_tcp(other) && other->flags & SOCKET_LISTENING && client->net == other->net &&
	       client->remote_port == other->local_port &&
	       (is_any_address(other->local) ||
		!memcmp(client->remote, other->local, sizeof(client->remote)));
}

/* How many connections to the listener have no other end that somebody has. */
static uint32_t count_clients(const struct sockets *sockets, const struct socket_state *listener)
{
	uint32_t count = 0;

	for (size_t i = 0; i < sockets->count; i++) {
		const struct socket_state *client = &sockets->items[i];

		if (is_tcp(client) && client->flags & SOCKET_CONNECTED &&
		    is_tcp_listener(client, listener) && !find_one(sockets, client, is_other_end))
			count++;
	}
	return count;
}

static const struct socket_state *find_socket(const struct sockets *sockets, uint64_t inode)
{
	const struct socket_state key = { .inode = inode };

	if (!sockets->count)
		return NULL;
	return bsearch(&key, sockets->items, sockets->count, sizeof(key), compare_sockets);
}

static void fill_tcp_peer(const struct sockets *sockets, struct socket_state *socket)
{
	socket->peer = find_one(sockets, socket, is_other_end);
	if (socket->peer)
		return;

	const struct socket_state *listener =
		find_socket(sockets, find_one(sockets, socket, is_tcp_listener));

	if (!listener || listener->queued != count_clients(sockets, listener))
		return;
	socket->peer = listener->inode;
	socket->flags |= SOCKET_WAITING;
}

static void fill_peer(const struct sockets *sockets, struct socket_state *socket)
{
	if (socket->flags & SOCKET_WAITING)
		socket->peer = find_one(sockets, socket, is_listener);
	else if (is_tcp(socket) && socket->flags & SOCKET_CONNECTED)
		fill_tcp_peer(sockets, socket);
}

void socket_answer(struct worker *worker, struct exchange *exchange)
{
	const struct sockets *sockets = &worker->sockets;
	int err = sockets_read(worker, exchange);

	if (err) {
		exchange->error = err;
		return;
	}

	const struct socket_state *found = find_socket(sockets, exchange->question.a);

	if (!found) {
		exchange->error = -ENOENT;
		return;
	}

	struct socket_state *item = exchange_add(exchange, 1);

	*item = *found;
	fill_peer(sockets, item);
}
