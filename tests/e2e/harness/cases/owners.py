# SPDX-License-Identifier: BSD-2-Clause
"""Whoever holds a mutex that processes share ends: by a signal, by itself, or only the thread that took it."""
from harness.case import dead_owner, quiet

ENDS = ("process 9", "process 15", "process code", "process reaped", "thread end")

POSITIVES = [
    dead_owner(f"owners/exit normal {end}", causes={"a": "mutex"}, victims=("main",), edges=(("a", "holds", "the dead"),))
    for end in ENDS
]

# The kernel hands on what is robust or inherits priorities; left: to nobody, and all are told.
NEAR_MISSES = [
    *(quiet(f"owners/exit robust {end}") for end in (*ENDS, "process left")),
    *(quiet(f"owners/exit inherit {end}") for end in ("process 9", "process code", "thread end")),
    # Who forked with a mutex has left it to the child's first thread, whatever their numbers.
    *(quiet(f"owners/heir {how}") for how in ("namespace", "wrapped")),
]
