# SPDX-License-Identifier: BSD-2-Clause
"""All processes wait for what nobody is left to do: semaphore, event, condition, barrier.

With "live" as second argument the parent sleeps and could: the near miss.
"""
import os
import sys

import hang


def wait_for_condition(condition):
    with condition:
        condition.wait()


def wait_for_event(event):
    event.wait()


def wait_for_barrier(barrier):
    barrier.wait()


def wait_for_semaphore(semaphore):
    semaphore.acquire()


WAYS = {
    "semaphore": (wait_for_semaphore, lambda ctx: ctx.Semaphore(0)),
    "event": (wait_for_event, lambda ctx: ctx.Event()),
    "condition": (wait_for_condition, lambda ctx: ctx.Condition()),
    "barrier": (wait_for_barrier, lambda ctx: ctx.Barrier(3)),
}

if __name__ == "__main__":
    hang.go()
    ctx = hang.context()
    wait, new = WAYS[sys.argv[1]]
    thing = new(ctx)
    a = hang.start(ctx, wait, thing)
    b = hang.start(ctx, wait, thing)
    hang.ready(main=os.getpid(), a=a, b=b)
    if sys.argv[2:3] == ["live"]:
        hang.sleep_for_ever()
    a.join()
