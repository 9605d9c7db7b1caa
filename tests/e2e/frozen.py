# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: two processes that play ping-pong through pipes, frozen by a cgroup.

Argument: v1 or v2. Mounts the hierarchy at a place of its own if need be. Thaws
and ends when standard input does.
"""
import os
import signal
import subprocess
import sys
import tempfile
import time

import hang

TYPES = {"v1": ("cgroup", ["-o", "freezer"]), "v2": ("cgroup2", [])}
FREEZE = {
    "v1": ("freezer.state", "FROZEN", "THAWED", ("freezer.state", "FROZEN")),
    "v2": ("cgroup.freeze", "1", "0", ("cgroup.events", "frozen 1")),
}


def hierarchy(version):
    kind, options = TYPES[version]
    with open("/proc/self/mounts") as mounts:
        for _, place, found, flags, *_ in map(str.split, mounts):
            if found == kind and (version == "v2" or "freezer" in flags.split(",")):
                return place, None
    place = tempfile.mkdtemp(prefix="dltrace-e2e-")
    subprocess.run(["mount", "-t", kind, *options, "dltrace-e2e", place], check=True)
    return place, place


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def wait_until(path, text):
    while True:
        with open(path) as file:
            if text in file.read():
                return
        time.sleep(0.01)


def play(hear, say):
    while True:
        os.read(hear, 1)
        os.write(say, b"x")


def tidy_up(group, version, children, mounted):
    write(f"{group}/{FREEZE[version][0]}", FREEZE[version][2])
    for child in children:
        child.kill()
        child.join()
    time.sleep(0.05)
    os.rmdir(group)
    if mounted:
        subprocess.run(["umount", mounted], check=True)
        os.rmdir(mounted)


if __name__ == "__main__":
    hang.go()
    version = sys.argv[1]
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    place, mounted = hierarchy(version)
    group = f"{place}/dltrace-e2e-{os.getpid()}"
    os.mkdir(group)
    (hear_a, say_a), (hear_b, say_b) = os.pipe(), os.pipe()
    ctx = hang.context()
    a, b = hang.start(ctx, play, hear_a, say_b), hang.start(ctx, play, hear_b, say_a)
    os.write(say_a, b"x")
    for fd in (hear_a, say_a, hear_b, say_b):
        os.close(fd)
    for child in (a, b):
        write(f"{group}/cgroup.procs", str(child.pid))
    file, freeze, _, (state_file, state) = FREEZE[version]
    write(f"{group}/{file}", freeze)
    wait_until(f"{group}/{state_file}", state)
    hang.ready(main=os.getpid(), a=a, b=b)
    try:
        while os.read(0, 1):
            pass
    finally:
        tidy_up(group, version, (a, b), mounted)
