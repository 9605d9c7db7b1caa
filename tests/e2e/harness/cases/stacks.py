# SPDX-License-Identifier: BSD-2-Clause
"""Where it hangs, and on what: the same hang built in many ways, and what can be said of each."""
from harness.case import A_B_HOLD, EITHER, Case, cycle

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


def shared_mutex():
    for way, name in (("O0", "office::{}()"), ("O2", "{}")):  # inlined ones bear only their own names
        yield Case(f"stacks/shared-{way}", ("cycle", "no-waker"), EITHER,
                   causes={"a": "rwlock|futex", "b": "mutex"}, may_cause=("main",),
                   places={"a": (name.format("write_table"), "here it hangs"),
                           "b": (name.format("tidy_desk"), "here it hangs")},
                   variables={"a": "office::table", "b": "office::desk"})


def rust():
    for mangling, save in (("v0", "<clerk::bank::Clerk<u32>>::save"), ("legacy", "clerk::bank::Clerk<T>::save")):
        yield Case(f"stacks/clerk-{mangling}", ("cycle", "no-waker"), EITHER,
                   causes=dict.fromkeys("ab", "mutex|futex"), may_cause=("main",),
                   places={"a": ("clerk::bank::transfer", "here it hangs"), "b": (save, "here it hangs")},
                   variables={"a": "clerk::bank::SAVINGS.inner", "b": "clerk::bank::CHECKING.inner"})


def musl():
    """Its mutexes have no owner that glibc's layout would show: a wait without ring, at the right place."""
    yield Case("stacks/transfer-musl", ("cycle", "no-waker"), EITHER,
               causes=dict.fromkeys("ab", "mutex|futex"), may_cause=("main",), places=at(IN_SECOND), variables=NAMES)


POSITIVES = [*ways(), *members(), *cxx(), *shared_mutex(), *rust(), *musl()]
NEAR_MISSES = []
