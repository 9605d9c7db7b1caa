# SPDX-License-Identifier: BSD-2-Clause
"""Ways on that are easily overlooked, and what is left where they are not there."""
from harness.case import LIKELY, cycle, quiet

POSITIVES = [
    cycle(
        "ways_on/hidden handler", LIKELY,
        causes={"main": "wait4", "a": "pipe-read"},
        edges=(("main", "child", "a"), ("a", "writer", "main")),
    ),
    cycle(
        "ways_on/hidden table-own",
        causes={"main": "join", "a": "pipe-read"},
        edges=(("main", "joins", "a"), ("a", "writer", "main")),
    ),
]  # fmt: skip

NEAR_MISSES = [
    quiet(f"ways_on/hidden {what}")
    for what in ("timer", "read-only", "read-only-private", "table", "datagram", "semaphore")
]
