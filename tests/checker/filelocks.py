# SPDX-License-Identifier: BSD-2-Clause
"""Who stands in the way of a file lock, from /proc/locks and fdinfo (layouts: fs/locks.c)."""

import re
import struct
from dataclasses import dataclass

from .procfs import Unreadable, read_bytes, read_memory

LINE = re.compile(
    r"\d+: (?P<arrow> *-> )?(?P<type>FLOCK|POSIX|OFDLCK)\s+ADVISORY\s+"
    r"(?P<rest>(?P<mode>READ|WRITE) (?P<pid>-?\d+) (?P<file>\w+:\w+:\d+) \d+ \w+)"
)
SETLKW, OFD_SETLKW, READ_LOCK, SHARED = 7, 38, 0, 1


@dataclass(frozen=True)
class Lock:
    """rest: mode, process, file and range, as the kernel prints them."""

    kind: str
    mode: str
    pid: int
    file: str
    rest: str
    depth: int

    @property
    def what(self):
        return self.kind, self.rest


def parse(line):
    match = LINE.match(line)
    if not match:
        return None
    depth = len(match["arrow"]) - 2 if match["arrow"] else 0
    return Lock(match["type"], match["mode"], int(match["pid"]), match["file"], match["rest"], depth)


def all_locks():
    return [lock for lock in map(parse, read_bytes("/proc/locks").decode().splitlines()) if lock]


def held_by(file):
    """Locks that the descriptor's fdinfo lists."""
    found = []
    for line in read_bytes(f"/proc/{file.tid}/fdinfo/{file.fd}").decode(errors="replace").splitlines():
        if line.startswith("lock:"):
            found.append(parse(line.split(":", 1)[1].strip()))
    return [lock for lock in found if lock]


def holders(system, lock):
    """Processes through whose descriptors that very lock is held."""
    found = set()
    for pid in system.pids:
        for file in system.files(pid):
            if not file.target.startswith("/") or found.issuperset({pid}):
                continue
            try:
                if any(held.what == lock.what for held in held_by(file)):
                    found.add(pid)
            except Unreadable:
                pass
    return {lock.pid} & found if lock.kind == "POSIX" else found


def inode_of(task, fd):
    info = read_bytes(f"/proc/{task.tid}/fdinfo/{fd}").decode()
    return int(re.search(r"^ino:\s*(\d+)", info, re.M)[1])


def wish(task, number, args):
    """(kind, mode) of the lock that the call asks for, or None."""
    if number == 73:
        return "FLOCK", "READ" if args[1] & SHARED else "WRITE"
    command = args[1] & 0xFFFFFFFF
    if command not in (SETLKW, OFD_SETLKW):
        return None
    mode = struct.unpack("<h", read_memory(task.pid, args[2], 2))[0]
    return "POSIX" if command == SETLKW else "OFDLCK", "READ" if mode == READ_LOCK else "WRITE"


def in_the_way(system, task, number, args):
    """(processes that may release, others that queue before it), or None if nobody is."""
    wanted, inode = wish(task, number, args), inode_of(task, args[0] & 0x7FFFFFFF)
    if not wanted:
        return None
    roots, queued, path = set(), set(), []
    for lock in all_locks():
        path = path[: lock.depth] + [lock]
        owner = -1 if lock.kind == "OFDLCK" else task.pid
        if not lock.depth or (lock.kind, lock.mode, lock.pid) != (*wanted, owner):
            continue
        if not lock.file.endswith(f":{inode}") or len(path) <= lock.depth:
            continue
        roots |= holders(system, path[0])
        queued |= {before.pid for before in path[1:-1]}
    return (roots, queued) if roots else None
