# SPDX-License-Identifier: BSD-2-Clause
"""The locks of glibc: mutexes of every type, and what has no owner."""
from harness.case import A_B_HOLD, cycle, dead_owner, no_waker, quiet, self_wait

KIND = {
    **dict.fromkeys(("normal", "recursive", "errorcheck", "adaptive", "protect"), "mutex"),
    **dict.fromkeys(("robust",), "robust-mutex"),
    **dict.fromkeys(("inherit", "robust-inherit"), "pi-mutex"),
}
A_HOLDS_A = (("a", "holds", "a"),)
DEAD_HOLDS_A = (("a", "holds", "the dead"),)
RELOCKABLE = ("normal", "adaptive", "protect", "robust", "inherit", "robust-inherit")


def owned():
    """Every type names its owner."""
    for kind, name in KIND.items():
        both = {"a": name, "b": name}
        for scene in ("abba", "shared"):
            yield cycle(f"glibc/owned {kind} {scene}", causes=both, victims=("main",), edges=A_B_HOLD)
        one = {"causes": {"a": name}, "victims": ("main",)}
        if kind in RELOCKABLE:
            yield self_wait(f"glibc/owned {kind} twice", **one, edges=A_HOLDS_A)
        # A robust one passes on to the next.
        if not kind.startswith("robust"):
            for scene in ("ended", "killed"):
                yield dead_owner(f"glibc/owned {kind} {scene}", **one, edges=DEAD_HOLDS_A)
        # What inherits priorities cannot be waited for in a child: glibc aborts it.
        if not kind.endswith("inherit"):
            yield dead_owner(f"glibc/owned {kind} fork", **one, edges=DEAD_HOLDS_A)


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


POSITIVES = [*owned(), *rwlocks(), *files(), *barriers()]

NEAR_MISSES = [
    *(quiet(f"glibc/owned {kind} slow") for kind in KIND),
    *(quiet(f"glibc/owned {kind} timed") for kind in KIND),
    *(quiet(f"glibc/owned {kind} recover") for kind in ("robust", "robust-inherit")),
    *(quiet(f"glibc/rwlock {scene}") for scene in ("slow", "writing", "timed")),
    quiet("glibc/stdio slow"),
    quiet("glibc/barrier late"),
]
