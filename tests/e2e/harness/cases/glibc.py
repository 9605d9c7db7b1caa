# SPDX-License-Identifier: BSD-2-Clause
"""The locks of glibc: mutexes of every type, and what has no owner."""
from harness.case import A_B_HOLD, LIKELY, cycle, dead_owner, no_waker, quiet, self_wait

# Each has an owner's word of its own. Normal ones are in basics.py.
KIND = {
    "protect": "mutex",
    "robust": "robust-mutex",
    "inherit": "pi-mutex",
    "robust-inherit": "pi-mutex",
}
LIKE_NORMAL = ("recursive", "errorcheck", "adaptive")
MUTEXES = {"a": "mutex", "b": "mutex"}
A_HOLDS_A = (("a", "holds", "a"),)
DEAD_HOLDS_A = (("a", "holds", "the dead"),)


def owned():
    """Every type names its owner."""
    for kind in LIKE_NORMAL:
        yield cycle(f"glibc/owned {kind} abba", causes=MUTEXES, victims=("main",), edges=A_B_HOLD)
    for kind, name in KIND.items():
        both = {"a": name, "b": name}
        for scene in ("abba", "shared"):
            yield cycle(f"glibc/owned {kind} {scene}", causes=both, victims=("main",), edges=A_B_HOLD)
        one = {"causes": {"a": name}, "victims": ("main",)}
        yield self_wait(f"glibc/owned {kind} twice", **one, edges=A_HOLDS_A)
        # A robust one passes on to the next.
        if not kind.startswith("robust"):
            for scene in ("ended", "killed"):
                yield dead_owner(f"glibc/owned {kind} {scene}", **one, edges=DEAD_HOLDS_A)
        # What inherits priorities cannot be waited for in a child: glibc aborts it.
        if not kind.endswith("inherit"):
            yield dead_owner(f"glibc/owned {kind} fork", **one, edges=DEAD_HOLDS_A)
    forgotten = (("main", "holds", "the dead"),)
    yield dead_owner("glibc/many_robust first", causes={"main": "robust-mutex"}, edges=forgotten)


def rwlocks():
    """A writer is named, readers are not."""
    both, one = {"a": "rwlock", "b": "rwlock"}, {"a": "rwlock"}
    for scene in ("writers", "readers", "shared"):
        yield cycle(f"glibc/rwlock {scene}", causes=both, victims=("main",), edges=A_B_HOLD)
    for scene in ("joiner", "queue"):
        edges = (("main", "joins", "a"), ("a", "holds", "main"))
        yield cycle(f"glibc/rwlock {scene}", causes={"main": "join", **one}, edges=edges)
    for scene in ("upgrade", "behind"):
        yield no_waker(f"glibc/rwlock {scene}", causes={"main": "join", **both})
    yield no_waker("glibc/rwlock died", causes={"main": "join", **one})
    for scene in ("ended", "fork"):
        yield dead_owner(f"glibc/rwlock {scene}", causes=one, victims=("main",), edges=DEAD_HOLDS_A)


def files():
    both = {"a": "stdio", "b": "stdio"}
    yield cycle("glibc/stdio abba", causes=both, victims=("main",), edges=A_B_HOLD)
    edges = (("a", "joins", "main"), ("main", "holds", "a"))
    yield cycle("glibc/stdio exit", causes={"main": "stdio", "a": "join"}, edges=edges)
    yield dead_owner("glibc/stdio ended", causes={"a": "stdio"}, victims=("main",), edges=DEAD_HOLDS_A)


def barriers():
    both = {"a": "barrier", "b": "barrier"}
    yield no_waker("glibc/barrier threads", causes={"main": "join", **both})
    yield no_waker("glibc/barrier processes", causes={"main": "wait4", **both})


def onces():
    """Named where the C library's symbols are there."""
    once = "once|futex"
    for scene in ("join", "c11"):
        yield no_waker(f"glibc/once {scene}", causes={"main": "join", "a": once})
    yield no_waker("glibc/once twice", causes={"main": once})


def c11():
    yield cycle("glibc/c11 mtx", causes=MUTEXES, victims=("main",), edges=A_B_HOLD)
    yield no_waker("glibc/c11 cnd", causes={"main": "join", "a": "cond", "b": "cond"})


def semaphores():
    yield no_waker("glibc/dining", causes=dict.fromkeys("abcde", "sem"))


def mixed():
    """A mutex, and another kind of wait that whoever has it is in."""
    joins = (("main", "joins", "a"), ("a", "holds", "main"))
    yield cycle("glibc/loader", causes={"main": "join", "a": "mutex"}, edges=joins)
    joins = (("b", "joins", "a"), ("a", "holds", "b"))
    yield cycle("glibc/cancel", causes={"a": "mutex", "b": "join"}, victims=("main",), edges=joins)
    # By custom who joins a thread does so until it ends; but others may cancel it, and did so before.
    yield cycle("glibc/cancel live", LIKELY, causes={"a": "mutex", "b": "join"}, edges=joins)
    reads = (("main", "holds", "a"), ("a", "writer", "main"))
    yield cycle("glibc/pipe_holder", causes={"main": "mutex", "a": "pipe-read"}, edges=reads)


POSITIVES = [*owned(), *rwlocks(), *files(), *barriers(), *onces(), *c11(), *semaphores(), *mixed()]

NEAR_MISSES = [
    quiet("glibc/owned recursive slow"),
    *(quiet(f"glibc/owned {kind} slow") for kind in KIND),
    *(quiet(f"glibc/owned {kind} timed") for kind in KIND),
    *(quiet(f"glibc/owned {kind} recover") for kind in ("robust", "robust-inherit")),
    *(quiet(f"glibc/rwlock {scene}") for scene in ("slow", "writing", "timed")),
    quiet("glibc/stdio slow"),
    quiet("glibc/barrier late"),
    quiet("glibc/many_robust last"),
    quiet("glibc/once slow"),
    *(quiet(f"glibc/c11 {scene}") for scene in ("timed", "live")),
    quiet("glibc/dining live"),
    quiet("glibc/loader slow"),
    quiet("glibc/pipe_holder live"),
    # Inheriting mutexes that are fought for without end, at real-time priorities: not for longer than needed.
    quiet("sh:pi_stress --quiet --groups=1 --duration=3 >/dev/null && exec sleep 1000"),
]
