# SPDX-License-Identifier: BSD-2-Clause
"""Locks of the kernel itself, under which a call sleeps for what only a program may do."""
import os

from harness.case import cycle, quiet


def kernel_tells():
    """Linux 6.17 and later, if it looks for hung tasks."""
    release = os.uname().release.split(".")
    return (int(release[0]), int(release[1])) >= (6, 17) and os.path.exists("/proc/sys/kernel/hung_task_timeout_secs")


POSITIVES = [
    cycle(
        "klock/splice ring",
        causes={"a": "splice", "b": "kernel-lock"}, victims=("main",), edges=(("a", "peer", "b"), ("b", "holds", "a")),
    ),
    cycle(
        "klock/splice three",
        causes={"a": "splice", "b": "kernel-lock", "c": "mutex"}, victims=("main",),
        edges=(("a", "peer", "c"), ("b", "holds", "a"), ("c", "holds", "b")),
    ),
] if kernel_tells() else []  # fmt: skip

NEAR_MISSES = [
    quiet("klock/splice third"),
    quiet("klock/splice timed"),
    quiet("klock/terminal"),
    quiet("klock/rwsem"),
    *(quiet(f"klock/awaited {what}") for what in ("inotify", "uffd", "uring", "seccomp", "terminal")),
]
