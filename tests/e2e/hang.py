# SPDX-License-Identifier: BSD-2-Clause
"""What the Python programs of the end-to-end tests share.

Each waits for the line on standard input that starts it, says in one line of
JSON who is who, and then hangs (or, a near miss, only looks as if it did).
"""
import json
import multiprocessing
import os
import sys
import time


def go():
    while os.read(0, 1) not in (b"\n", b""):
        pass


def ready(**roles):
    """Roles by name: a process that was started, or a tid."""
    numbers = {name: getattr(who, "pid", who) for name, who in roles.items()}
    print(json.dumps({"ready": True, "roles": numbers}), flush=True)


def context():
    """multiprocessing under the start method that the last argument names, else fork."""
    method = sys.argv[-1] if sys.argv[-1] in ("spawn", "forkserver") else "fork"
    return multiprocessing.get_context(method)


def start(ctx, function, *arguments):
    process = ctx.Process(target=function, args=arguments)
    process.start()
    return process


def sleep_for_ever():
    while True:
        time.sleep(1000)
