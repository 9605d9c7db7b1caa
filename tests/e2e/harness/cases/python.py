# SPDX-License-Identifier: BSD-2-Clause
"""The locks of Python's threads, under every interpreter that is found on the machine."""
import glob
import os
import subprocess
from dataclasses import replace

from harness.case import A_B_HOLD, LIKELY, cycle, dead_owner, no_waker, quiet, self_wait

LOCKS = {"a": "python-lock", "b": "python-lock"}
RLOCKS = {"a": "python-rlock", "b": "python-rlock"}
JOINS = {"a": "join", "b": "join"}
A_B_JOIN = (("a", "joins", "b"), ("b", "joins", "a"))


def version_of(path):
    text = subprocess.run([path, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True)
    return tuple(map(int, text.stdout.split()))


def interpreters():
    """Those beside the distribution's python3, by path: DLTRACE_TEST_PYTHONS lists them, with colons between."""
    found = glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python3")) + glob.glob("/usr/local/bin/python3")
    given = os.environ.get("DLTRACE_TEST_PYTHONS")
    versions = {path: version_of(path) for path in (given.split(":") if given is not None else found) if path}
    return {path: versions[path] for path in sorted(versions) if versions[path] >= (3, 8)}


INTERPRETERS = interpreters()


def crossed(what, causes, edges, objects, a=None, b=None, since=None):
    """Alone, with main stuck behind them; and beside a thread that runs."""
    certainty = LIKELY if causes is LOCKS else ("proven",)
    more = {"causes": causes, "edges": edges, "objects": objects, "places": {"a": a, "b": b} if a else {},
            "since": since or {}}
    yield cycle(f"python/threads.py {what}", victims=("main",), **more)
    yield cycle(f"python/threads.py {what} lively", certainty, **more)


def positives():
    yield from crossed("lock", LOCKS, A_B_HOLD, {"a": "Lock Account.lock", "b": "Lock account_lock"},
                       ("transfer", "with account.lock"), ("Account.withdraw", "with account_lock"),
                       since={"a": ("Account.withdraw", "with self.lock"), "b": ("transfer", "with account_lock")})
    yield from crossed("rlock", RLOCKS, A_B_HOLD, {"a": "RLock Account.owner_lock", "b": "RLock audit_lock"},
                       ("audit", "with account.owner_lock"), ("Account.close", "with audit_lock"))
    yield from crossed("condition", LOCKS, A_B_HOLD, {"a": "Lock ledger", "b": "Lock account_lock"},
                       ("lock_then_ledger", "with ledger"), ("ledger_then_lock", "with account_lock"))
    yield from crossed("elements", LOCKS, A_B_HOLD, {"a": "Lock Account.by_name['till']", "b": "Lock rows[3]"})
    yield from crossed("manager", LOCKS, A_B_HOLD, {"a": "Lock Account.lock", "b": "Lock account_lock"})
    yield from crossed("several", LOCKS, A_B_HOLD, {"a": "Lock second", "b": "Lock account_lock"})
    yield from crossed("join", JOINS, A_B_JOIN, {"a": "thread one", "b": "thread two"},
                       ("join_other", ".join()"), ("join_other", ".join()"))
    yield from crossed("acquire-rlock", RLOCKS, A_B_HOLD, {})
    yield self_wait(
        "python/threads.py self", causes={"a": "python-lock"}, victims=("main",), edges=(("a", "holds", "a"),),
        objects={"a": "Lock account_lock"},
    )
    yield no_waker("python/threads.py acquire", causes=LOCKS, may_cause=("main",))
    yield no_waker("python/threads.py died", causes={"b": "python-lock"}, may_cause=("main",))
    yield dead_owner(
        "python/threads.py died-rlock", causes={"b": "python-rlock"}, victims=("main",),
        edges=(("b", "holds", "the dead"),), objects={"b": "RLock audit_lock"},
    )
    yield dead_owner("python/threads.py died-rlock lively", causes={"b": "python-rlock"},
                     edges=(("b", "holds", "the dead"),))
    yield no_waker("python/threads.py queue", causes={"a": "python-lock|sem", "b": "python-lock"},
                   may_cause=("main",), objects={"a": "notification of Queue.not_empty"})
    yield LOOP
    yield no_waker("python/event_loop.py result", causes={"main": "python-lock|sem"},
                   places={"main": ("result", ".result()")})


LOOP = self_wait("python/event_loop.py locks", causes={"main": "epoll"}, edges=(("main", "peer", "main"),),
                 places={"main": ("<module>", "asyncio.run(main())")})

NEAR = ("acquire lively", "self lively", "died lively", "queue lively", "released lively", "ledger lively", "slow",
        "slow-rlock", "consumers lively", "executor lively")

# What differs between versions, under each of them; all of it under the distribution's.
EVERYWHERE = ("lock lively", "rlock lively", "condition lively", "manager lively", "elements lively", "join lively",
              "ledger lively")


def under(path, case):
    """Functions have had their classes' names since 3.11."""
    old = INTERPRETERS[path] < (3, 11)

    def named(places):
        return {role: (function.split(".")[-1] if old else function, line) for role, (function, line) in places.items()}

    return replace(case, interpreter=path, places=named(case.places), since=named(case.since))


def under_all(cases):
    for case in cases:
        yield case
        if case.program.split(" ", 1)[1] in EVERYWHERE:
            yield from (under(path, case) for path in INTERPRETERS)


POSITIVES = list(under_all(positives()))
NEAR_MISSES = [*under_all(quiet(f"python/threads.py {what}") for what in NEAR), quiet("python/event_loop.py thread")]
