# SPDX-License-Identifier: BSD-2-Clause
"""Other C libraries and languages: musl, C++, Rust, Go, 32-bit programs, bare futexes."""
from harness.case import EITHER, cycle, dead_owner, no_waker, quiet

BOTH = {"a": "mutex|futex", "b": "mutex|futex"}
JOINED = (("main", "joins", "a"),)
# A ring where the holders are known, a set that only its members could end where they are not.
EITHER_SHAPE = ("no-waker", "cycle")


def shapeless(program, causes, **more):
    """Nobody is left to end it; who holds what may be known or not."""
    found = no_waker(program, EITHER, causes=causes, may_cause=("main",), **more)
    return type(found)(**{**vars(found), "verdict": EITHER_SHAPE})


def musl():
    for build in ("musl", "musl-static"):
        for kind in ("normal", "recursive", "errorcheck", "robust"):
            yield shapeless(f"{build}/locks {kind} abba", BOTH)
        yield shapeless(f"{build}/locks normal twice", {"a": "mutex|futex"})
        yield shapeless(f"{build}/locks normal ended", {"a": "mutex|futex"})
        for what in ("sem", "cond", "rwlock", "barrier"):
            kinds = "sem|cond|rwlock|barrier|futex"
            yield no_waker(f"{build}/others {what}", causes={"main": "join", "a": kinds, "b": kinds}, edges=JOINED)
        yield cycle(
            f"{build}/others join",
            causes={"a": "join", "b": "join"},
            victims=("main",),
            edges=(("a", "joins", "b"), ("b", "joins", "a")),
        )


def musl_alive():
    for build in ("musl", "musl-static"):
        for scene in ("slow", "timed", "passed"):
            yield quiet(f"{build}/locks normal {scene}")
        yield quiet(f"{build}/locks recursive slow")
        yield quiet(f"{build}/locks inherit slow")
        for what in ("sem", "cond", "rwlock", "barrier", "join"):
            yield quiet(f"{build}/others {what} live")


CXX = ("static", "atomic", "future", "cond", "semaphore", "latch", "barrier", "upgrade")


def cxx():
    for build in ("cxx", "cxx-O0"):
        yield cycle(f"{build}/waits mutex", causes={"a": "mutex", "b": "mutex"}, victims=("main",))
        for scene in CXX:
            kinds = "futex|cond|once|rwlock|barrier"
            yield shapeless(f"{build}/waits {scene}", {"a": kinds, "b": kinds})


def cxx_alive():
    for build in ("cxx", "cxx-O0"):
        yield quiet(f"{build}/waits slow")
        for scene in CXX:
            yield quiet(f"{build}/waits {scene} live")


def rust():
    seats = {seat: "mutex|futex" for seat in "abcde"}
    for build in ("rust", "rust-O0"):
        yield shapeless(f"{build}/locks mutex 5", seats)
        for scene in ("upgrade", "cond", "park", "recv", "once"):
            kinds = "futex|rwlock|cond|once|mutex"
            yield shapeless(f"{build}/locks {scene}", {"a": kinds, "b": kinds})


def rust_alive():
    for build in ("rust", "rust-O0"):
        for scene in ("slow", "timed", "passed"):
            yield quiet(f"{build}/locks {scene}")


# Raw futexes: which words a thread waits for, by which call.
RAW = {"waitv": "futex-waitv", "waitv-shared": "futex-waitv", "wait2": "futex", "requeue": "futex", "requeued": "futex"}


def raw():
    for what, kind in RAW.items():
        yield no_waker(f"futex/raw {what}", causes={"main": "join", "a": kind, "b": kind}, edges=JOINED)


def compat():
    """The same programs as for 64 bits."""
    locks = {"a": "mutex|futex", "b": "mutex|futex"}
    yield shapeless("compat/mutex_abba", locks)
    yield shapeless("compat/mutex_twice", {"a": "mutex|futex"})
    yield no_waker("compat/sem_private", causes={"main": "join", "a": "sem", "b": "sem"})
    yield no_waker("compat/sem_shared", causes={"main": "wait4", "a": "sem", "b": "sem"})
    yield no_waker("compat/cond_never", causes={"main": "join", "a": "cond|futex", "b": "cond|futex"})
    readers = {"a": "pipe-read", "b": "pipe-read", "c": "pipe-read"}
    yield cycle("compat/pipe_ring tidy", causes=readers, victims=("main",))
    yield cycle("compat/poll_pipe poll in", causes={"main": "wait4", "a": "poll"})


POSITIVES = [*musl(), *cxx(), *rust(), *raw(), *compat()]

NEAR_MISSES = [
    *musl_alive(),
    *cxx_alive(),
    *rust_alive(),
    *(quiet(f"futex/raw {what} live") for what in RAW),
    *(quiet(f"golang/waits {scene}") for scene in ("mutex", "chan", "timer")),
    *(quiet(f"compat/{name}") for name in ("mutex_slow", "sem_private live", "cond_never live")),
]
