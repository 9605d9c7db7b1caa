# SPDX-License-Identifier: BSD-2-Clause
"""Who has the address of a lock that stores no owner on the used part of its stack.

Rust's std::sync::Mutex waits for its own word to leave 2, musl's normal mutex for
its second word to leave EBUSY with the flag for waiters.
"""

import struct

from .procfs import read_memory

FUTEX = 202
WAIT_PRIVATE, WAIT_BITSET_PRIVATE = 0x80, 0x89
RUST_CONTENDED, MUSL_CONTENDED = 2, 0x80000010


def lock_of(task):
    """(word, lock) of a task that waits for such a lock without a time limit, or None."""
    call = task.call()
    if call is None or call[0] != FUTEX or call[1][3]:
        return None
    word, operation, value = call[1][0], call[1][1] & 0xFFFFFFFF, call[1][2] & 0xFFFFFFFF
    if struct.unpack("<I", read_memory(task.pid, word, 4))[0] != value:
        return None
    if operation == WAIT_BITSET_PRIVATE and value == RUST_CONTENDED:
        return word, word
    if operation == WAIT_PRIVATE and value == MUSL_CONTENDED:
        return word, word - 4
    return None


def stack_words(system, task):
    """The place and value of each word between the stack pointer and the end of the stack."""
    start = task.stack_pointer() & ~7
    end = system.mapping(task.pid, start).end
    data = read_memory(task.pid, start, end - start)
    return {start + 8 * i: word for i, (word,) in enumerate(struct.iter_unpack("<Q", data))}


def holders(system, task):
    """Threads of the process that have the lock's address and do not wait for it; None: no such lock."""
    found = lock_of(task)
    if found is None:
        return None
    word, lock = found
    result = set()
    for other in system.threads(task.pid):
        call = other.call() if other.alive else None
        if call is None or (call[0] == FUTEX and call[1][0] == word and not call[1][3]):
            continue
        if lock in stack_words(system, other).values():
            result.add(other.tid)
    return result
