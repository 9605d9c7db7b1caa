# SPDX-License-Identifier: BSD-2-Clause
"""Who has a lock of the kernel's own, told from what the tasks' kernel stacks say they are doing.

The kernel shows no locks, but which functions keep which lock while they sleep is in its source:
fs/splice.c (splice_to_socket() and iter_file_splice_write() keep the mutex of the pipe), fs/pipe.c.
"""

from .procfs import Unreadable, read_bytes

# Functions that ask for a lock first thing -> functions that sleep with it, for the same file.
KEPT = {
    ("anon_pipe_write", "anon_pipe_read", "pipe_write", "pipe_read"): ("splice_to_socket", "iter_file_splice_write"),
}


def stack(tid):
    lines = read_bytes(f"/proc/{tid}/stack").decode().splitlines()
    return [line.split("] ", 1)[-1].split("+")[0] for line in lines]


def keepers(system, task, target):
    """Tasks that sleep with the lock that the task asks for, or None if it asks for none that is known.

    target: the link of the descriptor that the task's call is about.
    """
    for askers, functions in KEPT.items():
        if stack(task.tid)[0] in askers:
            return [other for other in users(system, target) if keeps(other.tid, functions)]
    return None


def users(system, target):
    for pid in system.pids:
        if any(file.target == target for file in system.files(pid)):
            yield from system.threads(pid)


def keeps(tid, functions):
    try:
        return not set(functions).isdisjoint(stack(tid))
    except Unreadable:
        return False
