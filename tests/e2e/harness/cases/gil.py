# SPDX-License-Identifier: BSD-2-Clause
"""The GIL in a ring with what C code waits for: its waiters run, and get no further."""
from dataclasses import replace

from harness.case import A_B_HOLD, cycle, quiet
from harness.cases.python import INTERPRETERS

RING = {"causes": {"a": "gil", "b": "mutex"}, "edges": A_B_HOLD}
MUTEX = cycle("python/gil.py mutex", victims=("main",), **RING)


POSITIVES = [
    MUTEX,
    *(replace(MUTEX, interpreter=path) for path in INTERPRETERS),
    cycle("python/gil.py mutex-beside", victims=("main",), **RING),
    cycle("python/gil.py mutex-crowd", victims=("main",), **RING),
    cycle("python/gil.py pipe", causes={"b": "pipe-read", "a": "gil", "c": "gil", "main": "join"}),
]
NEAR_MISSES = [quiet(f"python/gil.py {what}") for what in ("given-back", "held-slowly", "sleep", "turns")]
