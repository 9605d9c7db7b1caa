# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: workers wait for an Event that their parent sets and clears again and again."""
import os
import time

import hang


def wait(event):
    while True:
        event.wait()
        time.sleep(0.01)


if __name__ == "__main__":
    hang.go()
    ctx = hang.context()
    event = ctx.Event()
    a = hang.start(ctx, wait, event)
    b = hang.start(ctx, wait, event)
    hang.ready(main=os.getpid(), a=a, b=b)
    while True:
        time.sleep(0.5)
        event.set()
        event.clear()
