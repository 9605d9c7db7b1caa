// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Every socket that somebody has a descriptor of: who its peer is, and what
 * either has yet to read. A pass of its own, since few looks ask for it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "bpf/event.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* include/linux/socket.h, net.h */
#define AF_UNIX	       1
#define AF_INET	       2
#define AF_INET6       10
#define SOCK_STREAM    1
#define SOCK_DGRAM     2
#define TCP_LISTEN     10	   /* net/tcp_states.h; unix sockets use the same */
#define SOCK_KEEPOPEN  3	   /* net/sock.h, enum sock_flags: the same since 2.6 */
#define SCHEDULE_NEVER (~0UL >> 1) /* MAX_SCHEDULE_TIMEOUT of linux/sched.h */

static inline bool is_timed(long timeout)
{
	return (unsigned long)timeout != SCHEDULE_NEVER;
}

static void fill_common(const struct sock *sk, struct socket_state *record)
{
	record->family = sk->__sk_common.skc_family;
	record->type = sk->sk_type;
	record->net = sk->__sk_common.skc_net.net->ns.inum;
	record->queued = sk->sk_receive_queue.qlen;
	record->written = sk->sk_wmem_alloc.refs.counter;
	record->room = sk->sk_sndbuf;
	record->flags = SOCKET_TIMES_KNOWN;
	if (is_timed(sk->sk_rcvtimeo))
		record->flags |= SOCKET_READ_TIMED;
	if (is_timed(sk->sk_sndtimeo))
		record->flags |= SOCKET_WRITE_TIMED;
	if (sk->sk_shutdown || sk->sk_err)
		record->flags |= SOCKET_ENDED;
	if (sk->sk_user_data)
		record->flags |= SOCKET_IN_KERNEL;
	if (sk->__sk_common.skc_state == TCP_LISTEN)
		record->flags |= SOCKET_LISTENING;
	if (sk->__sk_common.skc_flags >> SOCK_KEEPOPEN & 1)
		record->flags |= SOCKET_KEPT_ALIVE;
}

/* A connection that was not accepted yet has a peer without a socket (net/unix/af_unix.c). */
static void fill_unix_peer(struct sock *peer, struct unix_sock *own, struct socket_state *record)
{
	struct socket *socket = peer->sk_socket;
	struct unix_sock *unix_peer = bpf_skc_to_unix_sock(peer);

	record->flags |= SOCKET_CONNECTED;
	record->peer_queued = peer->sk_receive_queue.qlen;
	record->peer_backlog = peer->sk_max_ack_backlog;
	if (!socket)
		record->flags |= SOCKET_WAITING;
	else if (socket->file)
		record->peer = socket->file->f_inode->i_ino;
	if (!unix_peer)
		return;
	record->peer_name = (__u64)unix_peer->addr;
	if ((__u64)unix_peer->peer == (__u64)own)
		record->flags |= SOCKET_MUTUAL;
}

static void fill_unix(struct unix_sock *own, struct socket_state *record)
{
	struct sock *peer = own->peer;

	record->name = (__u64)own->addr;
	if (record->name)
		record->flags |= SOCKET_NAMED;
	if (peer)
		fill_unix_peer(peer, own, record);
}

/* ::ffff:a.b.c.d, so that both families compare alike. */
static void fill_mapped(__u32 address, __u64 *ret)
{
	__u32 *words = (__u32 *)ret;

	words[2] = __builtin_bswap32(0xffff);
	words[3] = address;
}

static void fill_addresses(const struct sock_common *common, struct socket_state *record)
{
	record->local_port = common->skc_num;
	record->remote_port = __builtin_bswap16(common->skc_dport);
	if (common->skc_family == AF_INET) {
		fill_mapped(common->skc_rcv_saddr, record->local);
		fill_mapped(common->skc_daddr, record->remote);
		return;
	}

	const __u64 *local = (const __u64 *)&common->skc_v6_rcv_saddr;
	const __u64 *remote = (const __u64 *)&common->skc_v6_daddr;

	record->local[0] = local[0];
	record->local[1] = local[1];
	record->remote[0] = remote[0];
	record->remote[1] = remote[1];
}

static void fill_tcp(const struct sock *sk, const struct tcp_sock *tcp, struct socket_state *record)
{
	record->flags |= SOCKET_NAMED;
	fill_addresses(&sk->__sk_common, record);
	if (record->flags & SOCKET_LISTENING) {
		record->queued = sk->sk_ack_backlog;
		return;
	}
	record->queued = tcp->rcv_nxt - tcp->copied_seq;
	record->on_the_way = tcp->write_seq - tcp->snd_una;
	record->written = sk->sk_wmem_queued;
	if (record->remote_port)
		record->flags |= SOCKET_CONNECTED;
	if (tcp->write_seq != tcp->snd_nxt && !tcp->packets_out && !tcp->snd_wnd)
		record->flags |= SOCKET_WINDOW_SHUT;
	if (tcp->inet_conn.icsk_user_timeout)
		record->flags |= SOCKET_USER_TIMEOUT;
}

SEC("iter/task_file")
int sockets__task_file(struct bpf_iter__task_file *ctx)
{
	struct file *file = ctx->file;
	struct socket_state record = {};
	struct unix_sock *own;
	struct tcp_sock *tcp;
	struct socket *socket;
	struct sock *sk;

	if (!ctx->task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk)
		return 0;
	record.inode = file->f_inode->i_ino;
	fill_common(sk, &record);
	own = bpf_skc_to_unix_sock(sk);
	if (own)
		fill_unix(own, &record);
	tcp = own ? NULL : bpf_skc_to_tcp_sock(sk);
	if (tcp)
		fill_tcp(sk, tcp, &record);
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}
