# SPDX-License-Identifier: BSD-2-Clause
"""Two locks in opposite order, and life all around: the parent polls is_alive(),
each worker has a heartbeat thread and a SIGTERM handler."""
import os
import signal
import threading
import time

import hang


def beat():
    while True:
        time.sleep(0.05)


def take_both(first, second, both):
    signal.signal(signal.SIGTERM, lambda number, frame: os._exit(0))
    threading.Thread(target=beat, daemon=True).start()
    with first:
        both.wait()
        with second:
            pass


if __name__ == "__main__":
    hang.go()
    ctx = hang.context()
    one, two, both = ctx.Lock(), ctx.Lock(), ctx.Barrier(2)
    a = hang.start(ctx, take_both, one, two, both)
    b = hang.start(ctx, take_both, two, one, both)
    hang.ready(main=os.getpid(), a=a, b=b)
    while a.is_alive() or b.is_alive():
        time.sleep(0.1)
