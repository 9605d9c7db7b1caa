# SPDX-License-Identifier: BSD-2-Clause
"""Two processes take two locks in opposite order, the parent joins the first.

The first argument names the locks or the near miss: Lock, RLock, timeout (both
waits have one), retry (they give up, release and try again), order (both take
them in the same order, again and again).
"""
import os
import sys
import time

import hang


def take_both(first, second, both):
    with first:
        both.wait()
        second.acquire()


def take_both_timed(first, second, both):
    with first:
        both.wait()
        second.acquire(timeout=600)


def take_both_or_retry(first, second, both):
    both.wait()
    while True:
        with first:
            if second.acquire(timeout=0.3):
                time.sleep(0.05)
                second.release()


def take_in_order(first, second, both):
    both.wait()
    first, second = sorted((first, second), key=lambda lock: lock._semlock.handle)
    while True:
        with first, second:
            time.sleep(0.15)


RUN = {"timeout": take_both_timed, "retry": take_both_or_retry, "order": take_in_order}

if __name__ == "__main__":
    hang.go()
    ctx = hang.context()
    new_lock = ctx.RLock if sys.argv[1] == "RLock" else ctx.Lock
    run = RUN.get(sys.argv[1], take_both)
    one, two, both = new_lock(), new_lock(), ctx.Barrier(2)
    a = hang.start(ctx, run, one, two, both)
    b = hang.start(ctx, run, two, one, both)
    hang.ready(main=os.getpid(), a=a, b=b)
    a.join()
