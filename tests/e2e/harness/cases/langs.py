# SPDX-License-Identifier: BSD-2-Clause
"""Other C libraries and languages: musl, OpenMP, C++, Rust, Go, 32-bit programs, bare futexes."""
from harness.case import A_B_HOLD, EITHER, LIKELY, cycle, dead_owner, no_waker, quiet, self_wait

BOTH = {"a": "mutex|futex", "b": "mutex|futex"}
JOINED = (("main", "joins", "a"),)
# A ring where the holders are known, a set that only its members could end where they are not.
EITHER_SHAPE = ("no-waker", "cycle")


def shapeless(program, causes, **more):
    """Nobody is left to end it; who holds what may be known or not."""
    found = no_waker(program, EITHER, causes=causes, may_cause=("main",), **more)
    return type(found)(**{**vars(found), "verdict": EITHER_SHAPE})


def likely_cycle(program, causes, edges):
    return cycle(program, causes=causes, victims=("main",), edges=edges, certainty=LIKELY)


def musl():
    """Names the owner of all but normal ones; two that inherit end in one that is parked."""
    for kind in ("recursive", "errorcheck", "robust"):
        locks = "robust-mutex" if kind == "robust" else "mutex"
        yield cycle(f"musl/locks {kind} abba", causes={"a": locks, "b": locks}, victims=("main",), edges=A_B_HOLD)
    yield self_wait("musl/locks robust twice", causes={"a": "robust-mutex"}, victims=("main",))
    for kind in ("recursive", "errorcheck"):
        yield dead_owner(f"musl/locks {kind} ended", causes={"a": "mutex"}, victims=("main",))
    # A normal one stores no owner, and is found by who has its address on the stack.
    for build in ("musl", "musl-static"):
        yield likely_cycle(f"{build}/locks normal abba", BOTH, A_B_HOLD)
    yield shapeless("musl/locks normal twice", {"a": "mutex|futex"})
    yield shapeless("musl/locks normal ended", {"a": "mutex|futex"})
    yield shapeless("musl/locks inherit abba", {"a": "pi-mutex|futex", "b": "pi-mutex|futex"})
    for what in ("sem", "cond", "rwlock", "barrier"):
        kinds = "sem|cond|rwlock|barrier|futex"
        yield no_waker(f"musl/others {what}", causes={"main": "join", "a": kinds, "b": kinds}, edges=JOINED)
    yield cycle(
        "musl/others join",
        causes={"a": "join", "b": "join"},
        victims=("main",),
        edges=(("a", "joins", "b"), ("b", "joins", "a")),
    )
    yield cycle("musl-static/locks recursive lively", causes={"a": "mutex", "b": "mutex"}, victims=("main",))


def musl_alive():
    for scene in ("normal slow", "normal timed", "normal passed", "recursive slow", "recursive passed"):
        yield quiet(f"musl/locks {scene}")
    for scene in ("errorcheck timed", "robust passed", "robust slow", "inherit slow"):
        yield quiet(f"musl/locks {scene}")
    for what in ("sem", "cond", "rwlock", "barrier", "join"):
        yield quiet(f"musl/others {what} live")
    yield quiet("musl-static/locks recursive passed")


def openmp():
    yield self_wait("openmp/team barrier", causes={"main": "mutex"}, victims=("a",))
    yield no_waker("openmp/team lock", causes={"main": "futex", "a": "futex"})


CXX = ("static", "atomic", "future", "cond", "semaphore", "latch", "barrier", "upgrade")


def cxx():
    yield cycle("cxx/waits mutex", causes={"a": "mutex", "b": "mutex"}, victims=("main",))
    for scene in (*(f"cxx/waits {scene}" for scene in CXX), "cxx-O0/waits static"):
        kinds = "futex|cond|once|rwlock|barrier"
        yield shapeless(scene, {"a": kinds, "b": kinds})


def cxx_alive():
    yield quiet("cxx/waits slow")
    for scene in (*(f"cxx/waits {scene}" for scene in CXX), "cxx-O0/waits static"):
        yield quiet(f"{scene} live")


# Of five who sit in a ring each holds what the one before it waits for.
RING = {seat: "mutex|futex" for seat in "abcde"}
HOLD = tuple((seat, "holds", right) for seat, right in zip("abcde", "bcdea"))


def rust():
    kinds = "futex|rwlock|cond|once|mutex"
    for build in ("rust", "rust-O0"):
        for scene in ("mutex", "lively"):
            yield likely_cycle(f"{build}/locks {scene} 5", RING, HOLD)
        yield likely_cycle(f"{build}/locks lively 2", BOTH, A_B_HOLD)
    for scene in ("upgrade", "cond", "park", "recv", "once"):
        yield shapeless(f"rust/locks {scene}", {"a": kinds, "b": kinds})


def rust_alive():
    for scene in ("rust/locks slow", "rust/locks timed", "rust/locks passed", "rust-O0/locks passed"):
        yield quiet(scene)


# Raw futexes: which words a thread waits for, by which call.
RAW = {"waitv": "futex-waitv", "waitv-shared": "futex-waitv", "wait2": "futex", "requeue": "futex", "requeued": "futex"}
LOOKALIKES = ("own", "main", "dead", "self")  # who stands where a mutex, or stdio's lock, has its owner


def raw():
    for what, kind in RAW.items():
        yield no_waker(f"futex/raw {what}", causes={"main": "join", "a": kind, "b": kind}, edges=JOINED)


def lookalikes():
    """Locks that only look like a mutex are judged by who lives, not by their words."""
    for whose in LOOKALIKES:
        yield no_waker(f"futex/lookalike {whose} never", causes={"main": "join", "a": "futex"}, edges=JOINED)


def compat():
    """The same programs as for 64 bits."""
    yield cycle("compat/mutex_abba", causes={"a": "mutex", "b": "mutex"}, victims=("main",), edges=A_B_HOLD)
    yield self_wait("compat/mutex_twice", causes={"a": "mutex"}, victims=("main",))
    yield dead_owner("compat/mutex_holder_ended", causes={"a": "mutex"}, victims=("main",))
    rwlocks = {"a": "rwlock", "b": "rwlock"}
    yield cycle("compat/glibc/rwlock writers", causes=rwlocks, victims=("main",), edges=A_B_HOLD)
    yield no_waker("compat/sem_private", causes={"main": "join", "a": "sem", "b": "sem"})
    yield no_waker("compat/sem_shared", causes={"main": "wait4", "a": "sem", "b": "sem"})
    yield no_waker("compat/cond_never", causes={"main": "join", "a": "cond|futex", "b": "cond|futex"})
    readers = {"a": "pipe-read", "b": "pipe-read", "c": "pipe-read"}
    yield cycle("compat/pipe_ring tidy", causes=readers, victims=("main",))
    yield cycle("compat/poll_pipe poll in", causes={"main": "wait4", "a": "poll"})


# Of five philosophers each has the fork on one side and waits for the other.
PHILOSOPHERS = " ".join(f":{seat}:l{(seat + 1) % 5}" for seat in range(5))
# One has what the first waits for, and sleeps; the second had it before, and waits for the first.
HAD_BEFORE = "0,1:0:l1 0,1::l0 0,1:1:s"
# The same, and another one still has the address of what it gave back.
PASSED_ON = "1,0:0:l1 0,1,0:2:l0 1:1:s 0,1:3:l2"
# Each waits for the next, but for the last, who works.
ONE_WORKS = "1,2:0:l1 2,0:1:l2 0,1:2:s"


def seats():
    ring = {str(seat): "futex" for seat in range(5)}
    holds = tuple((str(seat), "holds", str((seat + 1) % 5)) for seat in range(5))
    for build in ("rust", "rust-O0", "musl"):
        yield likely_cycle(f"{build}/seats apart {PHILOSOPHERS}", ring, holds)


def seats_alive():
    for seat in (HAD_BEFORE, PASSED_ON, ONE_WORKS):
        for build in ("rust", "rust-O0"):
            for layout in ("apart", "array", "scoped", "boxed"):
                yield quiet(f"{build}/seats {layout} {seat}")
        for layout in ("apart", "array"):
            yield quiet(f"musl/seats {layout} {seat}")


POSITIVES = [*musl(), *openmp(), *cxx(), *rust(), *seats(), *raw(), *lookalikes(), *compat()]

NEAR_MISSES = [
    *musl_alive(),
    quiet("openmp/team slow"),
    *cxx_alive(),
    *rust_alive(),
    *seats_alive(),
    *(quiet(f"futex/raw {what} live") for what in RAW),
    *(quiet(f"futex/lookalike {whose}") for whose in LOOKALIKES),
    *(quiet(f"golang/waits {scene}") for scene in ("mutex", "chan", "timer")),
    *(quiet(f"compat/{name}") for name in ("mutex_slow", "futex/lookalike main", "glibc/rwlock slow")),
    *(quiet(f"compat/{name} live") for name in ("sem_private", "cond_never")),
]
