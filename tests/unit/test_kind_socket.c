/* SPDX-License-Identifier: BSD-2-Clause */
#include <criterion/criterion.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "fake_system.h"
#include "kinds/kinds.h"

#define STRONG (EDGE_CAN_END | EDGE_HOLDER)

/* Process 10 has socket 50 as descriptor 3, process 20 has its peer 51 as descriptor 4. */
struct scene {
	struct fake_system system;
	struct socket_state own, peer;
	struct open_file here[2], there[2];
	uint32_t there_count;
};

static struct open_file descriptor(uint32_t pid, int fd, uint64_t inode)
{
	return (struct open_file){ .description = inode,
				   .table = 0x2000 + pid,
				   .inode = inode,
				   .dev = FAKE_DEV,
				   .pid = pid,
				   .fd = fd,
				   .kind = FILE_SOCKET,
				   .mode = 3,
				   .refs = 1 };
}

static struct scene scene_of(uint32_t family, uint32_t type)
{
	return (struct scene){
		.own = { .inode = 50,
			 .peer = 51,
			 .family = family,
			 .type = type,
			 .flags = SOCKET_CONNECTED | SOCKET_TIMES_KNOWN,
			 .room = 1000 },
		.peer = { .inode = 51, .peer = 50, .family = family, .type = type },
		.here = { descriptor(10, 3, 50) },
		.there = { descriptor(20, 4, 51) },
		.there_count = 1,
	};
}

static struct fake_wait resolve(struct scene *scene, const struct kind *kind, int call)
{
	struct fake_system *system = &scene->system;

	fake_call(fake_task(system, 10, 10), call, 3, 0, 1, 0);
	fake_task(system, 20, 20);
	fake_task(system, 30, 30);
	fake_descriptor(system, 10, 3, &scene->here[0]);
	fake_socket(system, &scene->own);
	fake_socket(system, &scene->peer);
	fake_holders(system, FAKE_DEV, 50, scene->here, 1);
	fake_holders(system, FAKE_DEV, 51, scene->there, scene->there_count);
	return fake_resolve(system, kind, 10, COST_TABLE);
}

static uint32_t open_by(struct scene *scene, const struct kind *kind, int call)
{
	uint32_t open = resolve(scene, kind, call).open;

	fake_system_deinit(&scene->system);
	return open;
}

static uint32_t open_of(struct scene *scene, int call)
{
	return open_by(scene, &unix_socket_kind, call);
}

Test(kind_socket, receiver_waits_for_whoever_holds_the_peer)
{
	struct scene scene = scene_of(AF_UNIX, SOCK_STREAM);
	struct fake_wait wait = resolve(&scene, &unix_socket_kind, SYS_recvfrom);
	const struct edge *peer = &wait.edges[1];

	cr_assert_eq(wait.open, 0);
	cr_assert_eq(wait.edge_count, 2);
	cr_assert_eq(peer->relation, RELATION_PEER);
	cr_assert_eq(peer->flags & STRONG, STRONG);
	cr_assert_eq(wait.edges[0].relation, RELATION_MAY_WAKE, "this end might be shut down");
	cr_assert_eq(wait.edges[0].flags, EDGE_CAN_END);
	fake_system_deinit(&scene.system);
}

Test(kind_socket, data_shutdown_and_errors_are_a_wakeup_under_way)
{
	struct scene data = scene_of(AF_UNIX, SOCK_STREAM), ended = data;

	data.own.queued = 1;
	ended.own.flags |= SOCKET_ENDED;
	cr_expect_eq(open_of(&data, SYS_recvfrom), OPEN_BIT(OPEN_BUSY));
	cr_expect_eq(open_of(&ended, SYS_recvfrom), OPEN_BIT(OPEN_BUSY));
}

Test(kind_socket, timeouts_of_the_socket_open_it_by_direction)
{
	struct scene reads = scene_of(AF_UNIX, SOCK_STREAM), writes = reads, unknown = reads;

	reads.own.flags |= SOCKET_READ_TIMED;
	writes.own.flags |= SOCKET_WRITE_TIMED;
	unknown.own.flags &= ~SOCKET_TIMES_KNOWN;
	cr_expect_eq(open_of(&reads, SYS_recvfrom), OPEN_BIT(OPEN_TIMED));
	cr_expect_eq(open_of(&writes, SYS_recvfrom), 0);
	cr_expect_eq(open_of(&unknown, SYS_recvfrom), OPEN_BIT(OPEN_UNREADABLE));
}

Test(kind_socket, writer_of_a_stream_sleeps_until_a_quarter_is_left)
{
	struct scene full = scene_of(AF_UNIX, SOCK_STREAM), room = full;

	full.own.written = 251;
	room.own.written = 250;
	cr_expect_eq(open_of(&full, SYS_sendto), 0);
	cr_expect_eq(open_of(&room, SYS_sendto), OPEN_BIT(OPEN_BUSY));
}

Test(kind_socket, writer_of_packets_sleeps_while_the_peer_has_too_many)
{
	struct scene full = scene_of(AF_UNIX, SOCK_DGRAM), room = full;

	full.own.peer_queued = 11;
	room.own.peer_queued = 10;
	full.own.peer_backlog = room.own.peer_backlog = 10;
	cr_expect_eq(open_of(&full, SYS_sendto), 0);
	cr_expect_eq(open_of(&room, SYS_sendto), OPEN_BIT(OPEN_BUSY));
}

Test(kind_socket, datagrams_may_lie_with_others_than_the_peer)
{
	struct scene there = scene_of(AF_UNIX, SOCK_DGRAM), elsewhere;

	there.own.written = 251;
	there.own.peer_backlog = 10;
	elsewhere = there;
	there.own.peer_queued = 1;
	cr_expect_eq(open_of(&there, SYS_write), OPEN_BIT(OPEN_UNCOUNTED));
	cr_expect_eq(open_of(&elsewhere, SYS_write), OPEN_BIT(OPEN_SOCKET));
}

Test(kind_socket, datagram_may_go_to_whom_its_call_names)
{
	struct scene scene = scene_of(AF_UNIX, SOCK_DGRAM);
	struct fake_system *system = &scene.system;

	scene.own.peer_queued = 11;
	scene.own.peer_backlog = 10;
	fake_call(fake_task(system, 10, 10), SYS_sendto, 3, 0, 1, 0);
	system->tasks[0].args[4] = 0x7ffc1000;
	fake_task(system, 20, 20);
	fake_descriptor(system, 10, 3, &scene.here[0]);
	fake_socket(system, &scene.own);
	fake_socket(system, &scene.peer);
	fake_holders(system, FAKE_DEV, 50, scene.here, 1);
	fake_holders(system, FAKE_DEV, 51, scene.there, 1);
	cr_assert_eq(fake_resolve(system, &unix_socket_kind, 10, COST_TABLE).open,
		     OPEN_BIT(OPEN_SOCKET));
	fake_system_deinit(system);
}

Test(kind_socket, peer_in_flight_opens_it)
{
	struct scene flight = scene_of(AF_UNIX, SOCK_STREAM), only_there = flight;

	flight.there[0].refs = 2;
	only_there.there_count = 0;
	cr_expect_eq(open_of(&flight, SYS_recvfrom), OPEN_BIT(OPEN_CENSUS));
	cr_expect(open_of(&only_there, SYS_recvfrom) & OPEN_BIT(OPEN_CENSUS));
}

Test(kind_socket, kernel_that_uses_it_opens_it)
{
	struct scene scene = scene_of(AF_UNIX, SOCK_STREAM);

	scene.own.flags |= SOCKET_IN_KERNEL;
	cr_assert_eq(open_of(&scene, SYS_recvfrom), OPEN_BIT(OPEN_IN_KERNEL));
}

Test(kind_socket, strangers_may_come_to_a_listener_and_to_a_named_datagram_socket)
{
	struct scene listener = scene_of(AF_UNIX, SOCK_STREAM),
		     named = scene_of(AF_UNIX, SOCK_DGRAM);

	listener.own.flags = SOCKET_LISTENING | SOCKET_NAMED | SOCKET_TIMES_KNOWN;
	named.own.flags = SOCKET_NAMED | SOCKET_TIMES_KNOWN;
	cr_expect_eq(open_of(&listener, SYS_recvfrom), OPEN_BIT(OPEN_NAME) | OPEN_BIT(OPEN_CENSUS));
	cr_expect_eq(open_of(&named, SYS_recvfrom), OPEN_BIT(OPEN_NAME) | OPEN_BIT(OPEN_CENSUS));
}

Test(kind_socket, accept_and_connect_are_open_at_first_sight)
{
	struct scene accepts = scene_of(AF_UNIX, SOCK_STREAM), connects = accepts;

	cr_expect_eq(open_of(&accepts, SYS_accept), OPEN_BIT(OPEN_SOCKET));
	cr_expect_eq(open_of(&connects, SYS_connect), OPEN_BIT(OPEN_SOCKET));
}

Test(kind_socket, peer_that_is_not_known_opens_it)
{
	struct scene accepted = scene_of(AF_UNIX, SOCK_STREAM), waiting = accepted;

	accepted.own.peer = waiting.own.peer = 0;
	waiting.own.flags |= SOCKET_WAITING;
	cr_expect_eq(open_of(&accepted, SYS_recvfrom), OPEN_BIT(OPEN_BUSY));
	cr_expect_eq(open_of(&waiting, SYS_recvfrom), OPEN_BIT(OPEN_CENSUS));
}

Test(kind_socket, two_ends_of_tcp_are_likely_at_best)
{
	struct scene scene = scene_of(AF_INET, SOCK_STREAM), under_way = scene, alive = scene,
		     remote = scene;
	struct fake_wait first = resolve(&scene, &unix_socket_kind, SYS_recvfrom);

	under_way.peer.on_the_way = 1;
	alive.own.flags |= SOCKET_KEPT_ALIVE;
	remote.own.peer = 0;
	cr_expect_eq(first.kind, WAIT_TCP_LOOPBACK);
	fake_system_deinit(&scene.system);
	cr_expect_eq(resolve(&under_way, &tcp_loopback_kind, SYS_recvfrom).open,
		     OPEN_BIT(OPEN_UNCOUNTED) | OPEN_BIT(OPEN_BUSY));
	cr_expect_eq(resolve(&alive, &tcp_loopback_kind, SYS_recvfrom).open,
		     OPEN_BIT(OPEN_UNCOUNTED) | OPEN_BIT(OPEN_TIMED));
	cr_expect_eq(resolve(&remote, &tcp_loopback_kind, SYS_recvfrom).open,
		     OPEN_BIT(OPEN_SOCKET));
	fake_system_deinit(&under_way.system);
	fake_system_deinit(&alive.system);
	fake_system_deinit(&remote.system);
}

Test(kind_socket, full_tcp_socket_is_moving_until_the_window_is_shut)
{
	struct scene shut = scene_of(AF_INET, SOCK_STREAM), moving, room, limited;

	shut.own.written = 1000;
	shut.own.flags |= SOCKET_WINDOW_SHUT;
	moving = room = limited = shut;
	shut.peer.on_the_way = 1; /* what comes back leads nowhere */
	moving.own.flags &= ~(uint32_t)SOCKET_WINDOW_SHUT;
	room.own.written = 666;
	limited.own.flags |= SOCKET_USER_TIMEOUT;
	cr_expect_eq(open_by(&shut, &tcp_loopback_kind, SYS_sendto), OPEN_BIT(OPEN_UNCOUNTED));
	cr_expect_eq(open_by(&moving, &tcp_loopback_kind, SYS_sendto),
		     OPEN_BIT(OPEN_UNCOUNTED) | OPEN_BIT(OPEN_BUSY));
	cr_expect_eq(open_by(&room, &tcp_loopback_kind, SYS_sendto),
		     OPEN_BIT(OPEN_UNCOUNTED) | OPEN_BIT(OPEN_BUSY));
	cr_expect_eq(open_by(&limited, &tcp_loopback_kind, SYS_sendto),
		     OPEN_BIT(OPEN_UNCOUNTED) | OPEN_BIT(OPEN_TIMED));
}

/* Process 10 waits for its epoll instance 5, which watches descriptor 3. */
static uint32_t open_of_epoll(struct scene *scene, uint32_t events, uint32_t is_file)
{
	struct fake_system *system = &scene->system;
	struct open_file epoll = descriptor(10, 5, 9);
	struct epoll_target target = { .fd = 3, .events = events, .is_file = is_file };

	epoll.kind = FILE_EPOLL;
	fake_call(fake_task(system, 10, 10), SYS_epoll_pwait, 5, 0, 1, (uint64_t)-1);
	fake_task(system, 20, 20);
	fake_descriptor(system, 10, 5, &epoll);
	fake_descriptor(system, 10, 3, &scene->here[0]);
	fake_epoll(system, 10, 5, &target, 1);
	fake_socket(system, &scene->own);
	fake_socket(system, &scene->peer);
	fake_holders(system, FAKE_DEV, 9, &epoll, 1);
	fake_holders(system, FAKE_DEV, 50, scene->here, 1);
	fake_holders(system, FAKE_DEV, 51, scene->there, 1);

	uint32_t open = fake_resolve(system, &epoll_kind, 10, COST_TABLE).open;

	fake_system_deinit(system);
	return open;
}

Test(kind_epoll, what_is_there_counts_unless_only_what_is_new_does)
{
	struct scene quiet = scene_of(AF_UNIX, SOCK_STREAM), level, edge, rest;

	level = edge = rest = quiet;
	level.own.queued = edge.own.queued = rest.own.queued = 1;
	cr_expect_eq(open_of_epoll(&quiet, EPOLLIN, 1), 0);
	cr_expect_eq(open_of_epoll(&level, EPOLLIN, 1), OPEN_BIT(OPEN_BUSY));
	cr_expect_eq(open_of_epoll(&edge, EPOLLIN | EPOLLET, 1), 0);
	cr_expect_eq(open_of_epoll(&rest, EPOLLONESHOT, 1), 0, "it was reported once");
}

Test(kind_epoll, file_that_is_not_the_descriptors_opens_it)
{
	struct scene scene = scene_of(AF_UNIX, SOCK_STREAM);

	cr_assert_eq(open_of_epoll(&scene, EPOLLIN, 0), OPEN_BIT(OPEN_UNREADABLE));
}

static const struct epoll_target listener = { .fd = 3, .events = EPOLLIN, .is_file = 1 };
static const struct epoll_target unknown = { .fd = 4, .events = EPOLLIN, .is_file = 0 };

/* Why process 10 can go on that waits for these two. */
static uint32_t open_of_two(struct epoll_target first, struct epoll_target second)
{
	struct scene scene = scene_of(AF_INET, SOCK_STREAM);
	const struct epoll_target targets[] = { first, second };
	struct open_file epoll = descriptor(10, 5, 9);

	scene.own.flags = SOCKET_LISTENING | SOCKET_TIMES_KNOWN;
	epoll.kind = FILE_EPOLL;
	fake_call(fake_task(&scene.system, 10, 10), SYS_epoll_pwait, 5, 0, 1, (uint64_t)-1);
	fake_descriptor(&scene.system, 10, 5, &epoll);
	fake_descriptor(&scene.system, 10, 3, &scene.here[0]);
	fake_epoll(&scene.system, 10, 5, targets, 2);
	fake_socket(&scene.system, &scene.own);

	uint32_t open = fake_resolve(&scene.system, &epoll_kind, 10, COST_TABLE).open;

	fake_system_deinit(&scene.system);
	return open;
}

/* There may be thousands; what nobody asks of the second one cannot fail. */
Test(kind_epoll, one_file_of_a_server_is_enough)
{
	cr_expect_eq(open_of_two(listener, unknown), OPEN_BIT(OPEN_SOCKET));
}

Test(kind_epoll, what_is_not_known_of_one_file_hides_no_known_way_on)
{
	cr_expect_eq(open_of_two(unknown, listener),
		     OPEN_BIT(OPEN_SOCKET) | OPEN_BIT(OPEN_UNREADABLE));
}
