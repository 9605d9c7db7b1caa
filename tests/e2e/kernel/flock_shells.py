# SPDX-License-Identifier: BSD-2-Clause
"""Two shells take two locks by flock(1), in opposite order; "-w" lets the second wait run out.

The process that took a lock has exited; the lock lives in what its shell and the
other flock(1) inherited.
"""
import os
import subprocess
import sys
import time

from hang import go, ready

LIMIT = "-w 900" if "-w" in sys.argv else ""
SCRIPT = f"""exec 8>"$1" 9>"$2"; flock 8; echo; read go; flock {LIMIT} 9; :"""


def shell(first, second):
    return subprocess.Popen(
        ["/bin/sh", "-c", SCRIPT, "sh", first, second], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def child_of(pid):
    while True:
        with open(f"/proc/{pid}/task/{pid}/children") as children:
            for child in children.read().split():
                return int(child)
        time.sleep(0.01)


go()
names = [os.path.abspath(f"lock-{os.getpid()}-{name}") for name in "ab"]
one, two = shell(names[0], names[1]), shell(names[1], names[0])
for each in (one, two):
    each.stdout.readline()
for each in (one, two):
    each.stdin.write(b"\n")
    each.stdin.flush()
time.sleep(0.2)
ready(main=os.getpid(), one=one, two=two, a=child_of(one.pid), b=child_of(two.pid))
one.wait()
