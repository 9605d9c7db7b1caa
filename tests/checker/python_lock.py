# SPDX-License-Identifier: BSD-2-Clause
"""Who is responsible for a semaphore that a thread of a Python process
waits for. Nothing is known here of where an interpreter keeps things, but
that: everything is found by searching memory for words that belong together.

A thread's state is where its pthread_self() is. Its frames are objects (up to
3.10) or lie in chunks to one of which the state points (Include/internal/pycore_frame.h,
_PyStackChunk: previous, size, top). A thread that is joined has a lock that a
weak reference in its state leads to (tstate.on_delete_data). A with statement
keeps the bound __exit__ of its lock in a slot of a frame.
"""

import struct

from .procfs import Unreadable, read_memory, read_word
from .semlock import words_equal

TYPE, NAME, FIRST, SECOND = 8, 24, 16, 24
RLOCK_OWNER, RLOCK_COUNT = 24, 32
THREAD_TID, THREAD_SELF = 0x2D0, 0x10
STATE_BEFORE, STATE_BEHIND = 200, 400
CHUNK_MAX = 1 << 24
HANDLE_IDENT, HANDLE_EVENT = 32, 57
FRAME_BACK, FRAME_MAX, FRAMES_MAX = 24, 1 << 14, 1000


def text(pid, address, length):
    return read_memory(pid, address, length).split(b"\0")[0]


def type_name(pid, base):
    try:
        if not 0 < struct.unpack("<q", read_memory(pid, base, 8))[0] < 1 << 32:
            return b""
        return text(pid, read_word(pid, read_word(pid, base + TYPE) + NAME), 16)
    except (Unreadable, struct.error, OverflowError):
        return b""


def objects(system, pid, value, offset, *names):
    """Objects of these types whose word at the offset has that value."""
    for at in words_equal(system, pid, value):
        if type_name(pid, at - offset) in names:
            yield at - offset


def ident_of(system, pid, number):
    """pthread_self() of the thread of that number: a control block that points to itself."""
    for at in words_equal(system, pid, number):
        block = at - THREAD_TID
        if word_or_0(pid, block) == block == word_or_0(pid, block + THREAD_SELF):
            return block
    return None


def states(system, task, number):
    """Words around the thread's pthread_self(): among them those of its state."""
    ident, size = ident_of(system, task.pid, number), STATE_BEFORE + STATE_BEHIND
    for at in words_equal(system, task.pid, ident) if ident else ():
        try:
            yield struct.unpack(f"<{size // 8}Q", read_memory(task.pid, at - STATE_BEFORE, size))
        except (Unreadable, struct.error, OverflowError):
            continue


def word_or_0(pid, address):
    try:
        return read_word(pid, address)
    except (Unreadable, struct.error, OverflowError):
        return 0


def is_reference_to(pid, word, base):
    """A weak one: other objects that refer to a lock may be told of near any thread's pthread_self()."""
    return (
        word and word % 8 == 0 and word_or_0(pid, word + FIRST) == base and type_name(pid, word).startswith(b"weakref")
    )


class Lock:
    """exact: holder alone can end the wait. exits: addresses of bound __exit__ methods."""

    def __init__(self, kind, exact=False, number=None):
        self.kind, self.exact, self.number, self.exits = kind, exact, number, []


def of_rlock(pid, base):
    if not read_word(pid, base + RLOCK_COUNT):
        return None
    try:
        return Lock("python-rlock", True, read_word(pid, read_word(pid, base + RLOCK_OWNER) + THREAD_TID, "<i"))
    except Unreadable:
        return Lock("python-rlock", True)


def of_handle(system, pid, address):
    """Since 3.13 a thread is joined at its handle; the waiter's stack says where it is parked."""
    handle = word_or_0(pid, address - 8) - HANDLE_EVENT
    if handle > 0 and any(objects(system, pid, handle, FIRST, b"_thread._ThreadHandle"[:16])):
        return Lock("join", True, read_word(pid, read_word(pid, handle + HANDLE_IDENT) + THREAD_TID, "<i"))
    return None


def find(system, task, address, numbers):
    """The lock at whose semaphore the task waits, or None. numbers: of the process's threads."""
    for base in objects(system, task.pid, address, FIRST, b"_thread.RLock"):
        return of_rlock(task.pid, base)
    for base in objects(system, task.pid, address, FIRST, b"_thread.lock"):
        for number in numbers:
            for words in states(system, task, number):
                if any(is_reference_to(task.pid, word, base) for word in words):
                    return Lock("join", True, number)
        lock = Lock("python-lock")
        lock.exits = [
            method
            for method in objects(system, task.pid, base, SECOND, b"builtin_function"[:16])
            if text(task.pid, read_word(task.pid, read_word(task.pid, method + FIRST)), 16) == b"__exit__"
        ]
        return lock
    return of_handle(system, task.pid, address)


def frames(system, task, number):
    """Where the thread's frames lie: pairs of addresses."""
    for words in states(system, task, number):
        for word in words:
            if not word or word % 8:
                continue
            size = word_or_0(task.pid, word + 8) if word % 4096 == 0 else 0
            if 0 < size <= CHUNK_MAX:
                yield word, word + size
            yield from old_frames(task.pid, word)


def old_frames(pid, frame):
    """Up to 3.10 frames are objects, one for each call."""
    for _ in range(FRAMES_MAX):
        if not frame or frame % 8 or type_name(pid, frame) != b"frame":
            return
        yield frame, frame + FRAME_MAX
        frame = word_or_0(pid, frame + FRAME_BACK)


def is_method_of(pid, method, name):
    if not method or method % 8 or type_name(pid, method) != b"method":
        return False
    return type_name(pid, word_or_0(pid, method + SECOND)) == name


def uses_manager(pid, start, end):
    """True if a frame there is inside a manager that contextlib made of a generator."""
    try:
        words = struct.unpack(f"<{(end - start) // 8}Q", read_memory(pid, start, (end - start) // 8 * 8))
    except Unreadable:
        return False
    return any(is_method_of(pid, word, b"_GeneratorContex") for word in set(words))


def may_hold(system, task, lock, number, where):
    """True if the thread's frames refer there to __exit__, of the lock or of a Condition, or may
    do so in a generator's frame, which lies elsewhere."""
    method = word_or_0(task.pid, where)
    if method not in lock.exits and not is_method_of(task.pid, method, b"Condition"):
        return False
    places = list(frames(system, task, number))
    return any(start <= where < end for start, end in places) or any(
        uses_manager(task.pid, start, end) for start, end in places
    )
