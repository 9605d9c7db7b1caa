# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: a process holds a Lock for long, another waits for it, the parent joins the waiter.

What the holder does: sleep, read (it waits for its parent's order in a pipe,
and the parent only sleeps), stop (it is stopped by SIGSTOP).
"""
import os
import signal
import sys

import hang


def hold(lock, taken, how, orders):
    with lock:
        taken.set()
        if how == "read":
            orders.recv()
        hang.sleep_for_ever()


def take(lock):
    with lock:
        pass


if __name__ == "__main__":
    hang.go()
    how = sys.argv[1]
    ctx = hang.context()
    lock, taken = ctx.Lock(), ctx.Event()
    orders, writer = ctx.Pipe(duplex=False)
    holder = hang.start(ctx, hold, lock, taken, how, orders)
    taken.wait()
    if how == "stop":
        os.kill(holder.pid, signal.SIGSTOP)
    a = hang.start(ctx, take, lock)
    hang.ready(main=os.getpid(), holder=holder, a=a)
    if how == "read":
        hang.sleep_for_ever()
    a.join()
