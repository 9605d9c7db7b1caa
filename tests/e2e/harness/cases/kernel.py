# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel keeps: file locks, SysV and POSIX IPC, processes, namespaces."""
from harness.case import A_B_HOLD, LIKELY, cycle, quiet, self_wait


def file_locks():
    for how, kinds in (
        ("flock", ("flock", "flock")),
        ("ofd", ("ofd-lock", "ofd-lock")),
        ("upgrade", ("ofd-lock", "ofd-lock")),
        ("mixed", ("posix-lock", "flock")),
    ):
        causes = dict(zip("ab", kinds))
        yield cycle(f"kernel/file_locks {how}", causes=causes, victims=("main",), edges=A_B_HOLD)
    yield cycle(
        "kernel/flock_shells.py",
        causes={"a": "flock", "b": "flock", "one": "wait4", "two": "wait4"},
        victims=("main",),
        edges=(("a", "holds", "two"), ("b", "holds", "one"), ("one", "child", "a"), ("two", "child", "b")),
    )
    yield cycle(
        "kernel/posix_refused pipe",
        causes={"main": "pipe-read", "a": "posix-lock"},
        edges=(("main", "writer", "a"), ("a", "holds", "main")),
    )
    for program in ("kernel/posix_refused child", "kernel/flock_inherited parent"):
        lock = "flock" if "flock" in program else "posix-lock"
        yield cycle(
            program,
            causes={"main": "wait4", "a": lock},
            edges=(("main", "child", "a"), ("a", "holds", "main")),
        )
    yield self_wait(
        "kernel/flock_inherited own",
        causes={"a": "flock"}, victims=("main",), edges=(("a", "holds", "a"),),
    )  # fmt: skip
    yield self_wait("kernel/flock_inherited twice", causes={"a": "flock"}, edges=(("a", "holds", "a"),))


def ipc():
    sems = {"a": "sysv-sem", "b": "sysv-sem"}
    queues = {"a": "sysv-msg", "b": "sysv-msg"}
    write_each_other = (("a", "writer", "b"), ("b", "writer", "a"))
    likely = {"certainty": LIKELY, "victims": ("main",)}
    for how in ("sems", "undo"):
        yield cycle(f"kernel/sysv {how}", causes=sems, edges=A_B_HOLD, **likely)
    yield cycle("kernel/sysv mixed", causes={"a": "flock", "b": "sysv-sem"}, edges=A_B_HOLD, **likely)
    yield cycle(
        "kernel/sysv zero",
        causes={"a": "sysv-sem", "b": "pipe-read"}, edges=(("a", "holds", "b"), ("b", "writer", "a")), **likely,
    )  # fmt: skip
    yield cycle("kernel/sysv queues", causes=queues, edges=write_each_other, **likely)
    yield cycle(
        "kernel/sysv full",
        causes={"a": "sysv-msg", "b": "pipe-read"}, edges=(("a", "reader", "b"), ("b", "writer", "a")), **likely,
    )  # fmt: skip
    yield cycle("kernel/mq_each_other each", causes={"a": "mq", "b": "mq"}, edges=write_each_other, **likely)
    yield cycle(
        "kernel/mq_each_other full",
        LIKELY, causes={"main": "wait4", "a": "mq"}, edges=(("main", "child", "a"), ("a", "reader", "main")),
    )  # fmt: skip


def processes():
    for how, kind, relation in (
        ("pipe", "pipe-read", "writer"),
        ("mutex", "mutex", "holds"),
        ("lock", "posix-lock", "holds"),
    ):
        yield cycle(
            f"kernel/vfork_child {how}",
            causes={"main": "vfork", "a": kind},
            edges=(("main", "child", "a"), ("a", relation, "main")),
        )

    yield cycle(
        "kernel/ring_of_three alone",
        causes={"a": "mutex", "b": "wait4", "c": "pipe-read"}, victims=("main",),
        edges=(("a", "holds", "b"), ("b", "child", "c"), ("c", "writer", "a")),
    )  # fmt: skip
    for how in ("plain", "alone"):
        yield cycle(
            f"kernel/subreaper {how}",
            causes={"main": "wait4", "a": "pipe-read"},
            edges=(("main", "child", "a"), ("a", "writer", "main")),
        )


def namespaces():
    mutexes = {"a": "mutex", "b": "mutex"}
    for how in ("apart", "deep"):
        yield cycle(f"kernel/two_containers {how}", causes=mutexes, victims=("main",), edges=A_B_HOLD)
    yield cycle(
        "kernel/two_networks apart",
        LIKELY, causes={"a": "tcp-loopback", "b": "sysv-msg"}, victims=("main", "first"),
        edges=(("a", "peer", "b"), ("b", "writer", "a")),
    )  # fmt: skip


POSITIVES = [*file_locks(), *ipc(), *processes(), *namespaces()]

NEAR_MISSES = [
    *(quiet(f"kernel/file_locks {way}") for way in ("flock timed", "mixed timed", "flock order", "ofd ranges")),
    quiet("kernel/flock_shells.py -w"),
    quiet("kernel/posix_refused polite"),
    quiet("kernel/posix_refused helped"),
    *(quiet(f"kernel/flock_inherited {way}") for way in ("shared", "flight", "busy")),
    *(quiet(f"kernel/vfork_child {way}") for way in ("exec", "thread")),
    *(quiet(f"kernel/sysv {way}") for way in ("timed", "producer", "third", "greeting")),
    *(quiet(f"kernel/mq_each_other {way}") for way in ("timed", "third")),
    quiet("kernel/two_containers shared"),
    quiet("kernel/two_networks crossed"),
    quiet("kernel/ring_of_three helped"),
    quiet("kernel/subreaper adopts"),
]
