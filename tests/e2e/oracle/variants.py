# SPDX-License-Identifier: BSD-2-Clause
"""Plans that differ from another in one thing whose effect is known."""
from copy import deepcopy

from .generate import HAS_TIMEOUT
from .model import Model
from .plan import Thread
from .scene import Scene
from .waits import Names

THREADS_MOST = 32


def findings(plan):
    """Before the plan is acted out: with numbers in the order in which the kernel would give them."""
    tids = list(range(1, len(plan.threads) + 1))
    names = Names(tids, [tids[plan.leader(p)] for p in range(len(plan.processes))], plan)
    return Model(Scene(plan), names).findings()


def reported(plan):
    return [(item.verdict, item.certainty, item.causes, item.victims) for item in findings(plan)]


def with_a_timeout(plan):
    """One cause waits only for a time: (plan, thread), or None."""
    for item in findings(plan):
        for number in sorted(item.causes):
            if plan.threads[number].call not in HAS_TIMEOUT:
                continue
            variant = deepcopy(plan)
            variant.threads[number].timed = True
            assert not any(number in causes | victims for _, _, causes, victims in reported(variant))
            return variant
    return None


def with_a_busy_thread(plan):
    """A thread computes in the process of a cause, and nothing changes: holders are responsible. Or None."""
    before = reported(plan)
    for _, _, causes, _ in before:
        process = plan.threads[min(causes)].process
        variant = deepcopy(plan)
        variant.threads.append(Thread(process, "spin"))
        if len(variant.threads) <= THREADS_MOST and reported(variant) == before:
            return variant
    return None
