# SPDX-License-Identifier: BSD-2-Clause
"""Where it hangs, and on what: the same hang built in many ways, and what can be said of each."""
from harness.case import A_B_HOLD, cycle

MUTEXES = {"a": "mutex", "b": "mutex"}
IN_SECOND = ("lock_second", "here it hangs")
NAMES = {"a": "to_lock", "b": "from_lock"}


def at(place):
    return {"a": place, "b": place}


def transfer(way, **more):
    return cycle(f"stacks/transfer-{way}", causes=MUTEXES, edges=A_B_HOLD, **more)


def ways():
    for way in ("O0", "O2", "O2-fp", "static", "debuglink", "no-rules"):
        yield transfer(way, places=at(IN_SECOND), variables=NAMES)
    yield transfer("stripped", places=at((None, None)))


POSITIVES = [*ways()]
NEAR_MISSES = []
