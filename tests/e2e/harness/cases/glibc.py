# SPDX-License-Identifier: BSD-2-Clause
"""The locks of glibc: mutexes of every type, and what has no owner."""
from harness.case import A_B_HOLD, cycle, dead_owner, quiet, self_wait

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


POSITIVES = [*owned()]

NEAR_MISSES = [
    *(quiet(f"glibc/owned {kind} slow") for kind in KIND),
    *(quiet(f"glibc/owned {kind} timed") for kind in KIND),
    *(quiet(f"glibc/owned {kind} recover") for kind in ("robust", "robust-inherit")),
]
