#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What stacks cost a report: dltrace -p PID --once on hung programs, with and without.

The goals: a report of a two-process Python deadlock with stacks under 400 ms the first time and
under 100 ms from then on; --stacks none within 150 ms on the two-lock program. Needs root.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
E2E = HERE.parent / "e2e"
MIN_WAIT_S = 1.2
TRIES = 5


@contextmanager
def hung(argv):
    program = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
                               env={**os.environ, "PYTHONPATH": str(E2E)})
    try:
        program.stdin.write(b"\n")
        program.stdin.flush()
        json.loads(program.stdout.readline())
        time.sleep(MIN_WAIT_S)
        yield program.pid
    finally:
        os.killpg(program.pid, 9)
        program.wait()


def cpu_s():
    """Of all that have ended: dltrace and its helpers."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def took_ms(dltrace, pid, *options):
    """Time that passed, and on a CPU. A census that others disturb leaves the wait open for once: then it is taken again."""
    for _ in range(TRIES):
        began, used = time.monotonic(), cpu_s()
        done = subprocess.run([dltrace, "-p", str(pid), "--once", *options], capture_output=True, check=False)
        took, used = time.monotonic() - began, cpu_s() - used
        if done.returncode == 3:
            return 1000 * took, 1000 * used
    sys.exit(f"bench: {pid} was not found deadlocked: {done.stdout.decode()}{done.stderr.decode()}")


def forget(paths):
    """Files out of the page cache, for what a first report costs."""
    for path in paths:
        fd = os.open(path, os.O_RDONLY)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)


def files_of(pid):
    with open(f"/proc/{pid}/maps") as maps:
        names = {line.split(maxsplit=5)[5].strip() for line in maps if len(line.split(maxsplit=5)) == 6}
    return [name for name in names if name.startswith("/") and os.path.isfile(name)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--dltrace", required=True)
    parser.add_argument("--programs", required=True, help="where the C programs of tests/e2e were built")
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    programs = {
        "two_locks.py, two processes": ["/usr/bin/python3", "-B", str(E2E / "two_locks.py"), "Lock"],
        "transfer -O2 -g, two threads": [f"{options.programs}/stacks/transfer-O2"],
    }
    print(f"{'dltrace -p PID --once':32} {'stacks':8} {'first':>9} {'median':>9} {'on a CPU':>9}   min .. max, ms")
    for name, argv in programs.items():
        with hung(argv) as pid:
            for stacks in ("none", "all"):
                forget([*files_of(pid), options.dltrace])
                first, _ = took_ms(options.dltrace, pid, "--stacks", stacks)
                more = [took_ms(options.dltrace, pid, "--stacks", stacks) for _ in range(options.runs)]
                took, used = zip(*more)
                print(f"{name:32} {stacks:8} {first:9.1f} {statistics.median(took):9.1f} "
                      f"{statistics.median(used):9.1f}   {min(took):.1f} .. {max(took):.1f}")


if __name__ == "__main__":
    main()
