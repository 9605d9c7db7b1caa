# SPDX-License-Identifier: BSD-2-Clause
"""Sockets, eventfds, splices, and what watches them."""
from harness.case import LIKELY, cycle, quiet

UNIX = {"a": "unix-socket", "b": "unix-socket"}
TCP = {"a": "tcp-loopback", "b": "tcp-loopback"}
PEERS = (("a", "peer", "b"), ("b", "peer", "a"))


def sockets():
    for how in ("ask", "fill"):
        for kind in ("", " dgram", " seqpacket"):
            yield cycle(f"files/sockets pair {how}{kind}", causes=UNIX, victims=("main",), edges=PEERS)
        yield cycle(f"files/sockets path {how}", causes=UNIX, victims=("main",), edges=PEERS)
    for how in ("ask", "fill"):
        yield cycle(f"files/sockets tcp {how}", LIKELY, causes=TCP, victims=("main",), edges=PEERS)


def mixed():
    yield cycle(
        "files/socket_mix nested",
        causes={"main": "join", "a": "mutex", "b": "wait4", "child": "unix-socket"},
        edges=(("a", "holds", "b"), ("b", "child", "child"), ("main", "joins", "b")),
    )
    for how in ("pending", "accepted"):
        edges = (("main", "child", "a"), ("a", "peer", "main"))
        yield cycle(f"files/socket_mix {how}", causes={"main": "wait4", "a": "unix-socket"}, edges=edges)
        yield cycle(f"files/socket_mix tcp-{how}", LIKELY, causes={"main": "wait4", "a": "tcp-loopback"}, edges=edges)
    for how, kind in (("epoll", "epoll"), ("edge", "epoll"), ("within", "epoll"), ("poll", "poll"), ("select", "select")):
        edges = (("main", "child", "a"), ("a", "peer", "main"))
        yield cycle(f"files/socket_mix {how}", causes={"main": "wait4", "a": kind}, edges=edges)


def events():
    yield cycle("files/events read", causes={"main": "wait4", "a": "eventfd", "b": "eventfd"})
    for how, kind, relation in (
        ("full", "eventfd", "reader"),
        ("epoll", "epoll", "writer"),
        ("splice", "splice", "writer"),
    ):
        edges = (("main", "child", "a"), ("a", relation, "main"))
        yield cycle(f"files/events {how}", causes={"main": "wait4", "a": kind}, edges=edges)


POSITIVES = [*sockets(), *mixed(), *events()]
NEAR_MISSES = [
    *(quiet(f"files/sockets pair ask {way_on}") for way_on in ("third", "timed", "flight", "beside")),
    *(quiet(f"files/sockets tcp ask {way_on}") for way_on in ("third", "timed", "keepalive")),
    *(quiet(f"files/sockets tcp fill {way_on}") for way_on in ("third", "sndtimed", "user")),
    *(quiet(f"files/events {how}") for how in ("read live", "full live", "epoll live", "splice live", "fifo")),
    *(quiet(f"files/socket_mix {how} live") for how in ("nested", "pending", "epoll", "poll")),
    quiet("files/socket_mix tcp-pending live"),
    quiet("files/socket_mix tcp-flight"),
]
