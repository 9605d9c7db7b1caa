# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: consumers of a Queue whose producer puts something into it now and then."""
import os
import time

import hang


def consume(queue):
    while True:
        queue.get()


if __name__ == "__main__":
    hang.go()
    ctx = hang.context()
    queue = ctx.Queue()
    a = hang.start(ctx, consume, queue)
    b = hang.start(ctx, consume, queue)
    hang.ready(main=os.getpid(), a=a, b=b)
    while True:
        queue.put(1)
        time.sleep(0.4)
