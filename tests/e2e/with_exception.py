# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: a process dies of an exception inside `with lock`, which releases; the next one works."""
import os
import sys

import hang


def fail(lock):
    sys.stderr = open(os.devnull, "w")
    with lock:
        raise RuntimeError("the lock is released on the way out")


def work(lock):
    with lock:
        hang.sleep_for_ever()


if __name__ == "__main__":
    hang.go()
    ctx = hang.context()
    lock = ctx.Lock()
    hang.start(ctx, fail, lock).join()
    a = hang.start(ctx, work, lock)
    hang.ready(main=os.getpid(), a=a)
    a.join()
