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


def members():
    names = {"a": "accounts[3].lock", "b": "accounts[1].lock"}
    for way in ("O0", "O2", "debuglink"):
        yield transfer(f"{way} array", places=at(IN_SECOND), variables=names)


def cxx():
    post = "bank::Ledger<long>::post(bank::Ledger<long>&, long)"
    names = {"a": "bank::ledgers[1].lock", "b": "bank::ledgers[0].lock"}
    for way in ("O0", "O2"):
        yield cycle(f"stacks/ledger-{way}", causes=MUTEXES, edges=A_B_HOLD,
                    places=at((post, "here it hangs")), variables=names)


POSITIVES = [*ways(), *members(), *cxx()]
NEAR_MISSES = []
