# SPDX-License-Identifier: BSD-2-Clause
"""Who is at a socket's other end: unix sockets from sock_diag(7), TCP from /proc/PID/net/tcp."""

import re
import socket
import struct

from .procfs import Unreadable, read_bytes

NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY = 4, 20
NLM_F_REQUEST, NLM_F_DUMP, NLMSG_ERROR, NLMSG_DONE = 1, 0x300, 2, 3
SHOW_PEER, SHOW_PENDING, SHOW_QUEUE = 4, 8, 0x10  # linux/unix_diag.h
ATTRIBUTE_PEER, ATTRIBUTE_PENDING, ATTRIBUTE_QUEUE = 2, 3, 4
ANY_STATE = 0xFFFFFFFF
TCP_LISTEN = b"0A"  # state, in proc(5)'s /proc/net/tcp
WINDOW_PROBE = b"04:"  # its timer: asks whether the receiver has room again


class Socket:
    """peer: an inode, 0 if nobody is known; pending: the peer is a listener that has not accepted it."""

    def __init__(self, kind, inode):
        self.kind, self.inode, self.peer, self.queued, self.pending = kind, inode, 0, 0, False
        self.window_shut = False


def _messages(connection):
    while True:
        data = connection.recv(1 << 20)
        while data:
            length, kind = struct.unpack_from("=IH", data)
            if kind == NLMSG_DONE:
                return
            if kind == NLMSG_ERROR:
                raise Unreadable("sock_diag refuses")
            yield data[16:length]
            data = data[(length + 3) & ~3 :]


def _attributes(data):
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        found[kind] = data[4:length]
        data = data[(length + 3) & ~3 :]
    return found


def unix_sockets():
    """inode -> Socket, of this network namespace."""
    request = struct.pack(
        "=BBHIIIII", socket.AF_UNIX, 0, 0, ANY_STATE, 0, SHOW_PEER | SHOW_PENDING | SHOW_QUEUE, 0, 0
    )
    header = struct.pack("=IHHII", 16 + len(request), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 1, 0)
    found, waiting = {}, {}
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as connection:
        connection.send(header + request)
        for message in _messages(connection):
            [inode] = struct.unpack_from("=I", message, 4)
            attributes = _attributes(message[16:])
            found[inode] = one = Socket("unix-socket", inode)
            if ATTRIBUTE_PEER in attributes:
                [one.peer] = struct.unpack("=I", attributes[ATTRIBUTE_PEER])
            if ATTRIBUTE_QUEUE in attributes:
                one.queued = struct.unpack_from("=I", attributes[ATTRIBUTE_QUEUE])[0]
            for [client] in struct.iter_unpack("=I", attributes.get(ATTRIBUTE_PENDING, b"")):
                waiting[client] = inode
    for client, listener in waiting.items():
        if client in found:
            found[client].peer, found[client].pending = listener, True
    return found


def listener_of(address, listeners):
    """Of address:port as /proc/net/tcp writes it; the most exact one."""
    host, port = address.split(b":")
    anywhere = (b"0" * len(host), b"0" * 32)
    return next((listeners[at] for at in (address, *(any_ + b":" + port for any_ in anywhere)) if at in listeners), 0)


def tcp_sockets(pid):
    """inode -> Socket, of the process's network namespace."""
    lines = []
    for name in ("tcp", "tcp6"):
        try:
            lines += [line.split() for line in read_bytes(f"/proc/{pid}/net/{name}").splitlines()[1:]]
        except Unreadable:
            pass
    ends = {(words[1], words[2]): int(words[9]) for words in lines}
    listeners = {words[1]: int(words[9]) for words in lines if words[3] == TCP_LISTEN}
    found = {}
    for words in lines:
        found[int(words[9])] = one = Socket("tcp-loopback", int(words[9]))
        one.peer = ends.get((words[2], words[1]), 0)
        # it is there and has no inode: nobody has accepted it yet
        if not one.peer and (words[2], words[1]) in ends:
            one.peer, one.pending = listener_of(words[2], listeners), True
        one.window_shut = words[5].startswith(WINDOW_PROBE)
        one.queued = int(words[4].split(b":")[1], 16)
    return found


def find(pid, target):
    """The socket that a descriptor's link names, or None."""
    match = re.fullmatch(r"socket:\[(\d+)\]", target)
    if not match:
        return None
    inode = int(match[1])
    return unix_sockets().get(inode) or tcp_sockets(pid).get(inode)
