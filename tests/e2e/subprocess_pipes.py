# SPDX-License-Identifier: BSD-2-Clause
"""The three classics of subprocess: wait before reading standard output, read one of two
full pipes, wait for a filter whose standard input is still open. slow is the near miss:
the child only sleeps."""
import os
import subprocess
import sys

import hang

FLOOD = ["/usr/bin/head", "-c", "1000000", "/dev/zero"]


def wait_before_reading():
    return subprocess.Popen(FLOOD, stdout=subprocess.PIPE), lambda child: child.wait()


def read_the_other():
    flood = [sys.executable, "-c", "import os; os.write(2, bytes(1000000))"]
    child = subprocess.Popen(flood, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return child, lambda child: child.stdout.read()


def wait_with_open_input():
    child = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    return child, lambda child: child.wait()


def wait_for_slow_child():
    child = subprocess.Popen(["/bin/sleep", "1000"], stdout=subprocess.PIPE)
    return child, lambda child: child.stdout.read()


WAYS = {
    "stdout": wait_before_reading,
    "stderr": read_the_other,
    "stdin": wait_with_open_input,
    "slow": wait_for_slow_child,
}

if __name__ == "__main__":
    hang.go()
    child, finish = WAYS[sys.argv[1]]()
    hang.ready(main=os.getpid(), child=child)
    finish(child)
