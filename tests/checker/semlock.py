# SPDX-License-Identifier: BSD-2-Clause
"""Who holds a lock of Python's multiprocessing: each process that maps the
semaphore has an object for it that counts its own acquisitions
(Modules/_multiprocessing/semaphore.c, SemLockObject)."""

import struct

from .procfs import Unreadable, read_memory, read_word

HANDLE, COUNT_IN_OBJECT = 16, 36
CHUNK = 1 << 24
HEAP_MAX = 4 << 30
NAME = b"_multiprocessing.SemLock\0"
THREAD_TID = 0x2D0


class SemLock:
    """One object: a process's view of the lock."""

    def __init__(self, pid, base):
        references, kind_of, _, self.last, self.count, self.most, kind = struct.unpack(
            "<qQQQiii", read_memory(pid, base, 44)
        )
        if references <= 0 or read_memory(pid, read_word(pid, kind_of + 24), len(NAME)) != NAME:
            raise Unreadable("no SemLock")
        if kind not in (0, 1):
            raise Unreadable("no SemLock")
        self.pid, self.recursive = pid, kind == 0


class Lock:
    def __init__(self):
        self.holder = None  # tid
        self.dead = False
        self.recursive = False


def words_equal(system, pid, value):
    """Addresses of aligned words in private writable memory."""
    needle, total = struct.pack("<Q", value), 0
    for mapping in system.mappings(pid):
        if mapping.shared or not mapping.writable or mapping.path.startswith("[v"):
            continue
        for start in range(mapping.start, mapping.end, CHUNK):
            size = min(CHUNK, mapping.end - start)
            total += size
            if total > HEAP_MAX:
                raise Unreadable("too much memory")
            try:
                data = read_memory(pid, start, size)
            except Unreadable:
                continue
            at = data.find(needle)
            while at >= 0:
                if at % 8 == 0:
                    yield start + at
                at = data.find(needle, at + 1)


def objects(system, place, pid):
    found = []
    for mapping in system.mappings(pid):
        if (mapping.dev, mapping.inode) != (place.mapping.dev, place.mapping.inode) or not mapping.shared:
            continue
        for address in words_equal(system, pid, mapping.start + place.offset - mapping.offset):
            try:
                found.append(SemLock(pid, address - HANDLE))
            except (Unreadable, struct.error):
                pass
    return found


def thread_of(system, lock):
    """The thread that took it last, by its control block; None if it is no more."""
    for task in system.threads(lock.pid):
        try:
            if read_word(lock.pid, lock.last + THREAD_TID, "<i") == task.ns_tids[-1]:
                return task.tid
        except Unreadable:
            break
    return None


def find(system, place):
    """What the objects of all mapping processes say together; None if they leave it open."""
    everyone = []
    for pid in place.pids:
        mine = objects(system, place, pid)
        if len(mine) != 1:
            return None
        everyone += mine
    first = everyone[0]
    if any(lock.most != 1 or lock.recursive != first.recursive or lock.count < 0 for lock in everyone):
        return None
    holding = [lock for lock in everyone if lock.count]
    result = Lock()
    result.recursive = first.recursive
    if not holding:
        result.dead = True
    elif len(holding) == 1:
        result.holder = thread_of(system, holding[0])
        result.dead = result.holder is None
    else:
        return None
    return result
