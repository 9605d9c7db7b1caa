# SPDX-License-Identifier: BSD-2-Clause
"""A worker reads its orders from a pipe and holds a Lock that the parent needs before it writes."""
import os

import hang


def work(lock, taken, orders, close_first):
    close_first.close()
    with lock:
        taken.set()
        orders.recv()


if __name__ == "__main__":
    hang.go()
    ctx = hang.context()
    lock, taken = ctx.Lock(), ctx.Event()
    orders, writer = ctx.Pipe(duplex=False)
    a = hang.start(ctx, work, lock, taken, orders, writer)
    orders.close()
    taken.wait()
    hang.ready(main=os.getpid(), a=a)
    with lock:
        writer.send("go on")
