# SPDX-License-Identifier: BSD-2-Clause
"""Programs under test: started, told to go, asked who is who, and ended whatever happens."""
import json
import os
import select
import signal
import subprocess
import time
from pathlib import Path

from harness import proc


# Where a program in a folder of its own finds hang.py.
SOURCES = Path(__file__).resolve().parents[1]


class Skip(Exception):
    """This machine cannot run the program; says why."""


class Guard:
    """A process that outlives the harness by a moment and ends what it left behind."""

    def __init__(self):
        read_end, write_end = os.pipe()
        if os.fork() == 0:
            os.close(write_end)
            self._watch(read_end)
            os._exit(0)
        os.close(read_end)
        self.write_end = write_end

    @staticmethod
    def _watch(read_end):
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        alive = set()
        with open(read_end) as orders:
            for order, leader in map(str.split, orders):
                (alive.add if order == "+" else alive.discard)(int(leader))
        for leader in alive:
            end_family(leader)

    def started(self, leader):
        os.write(self.write_end, b"+ %d\n" % leader)

    def ended(self, leader):
        os.write(self.write_end, b"- %d\n" % leader)


def end_family(leader, patience_s=5):
    """Kill the leader's session and descendants until nobody is left but zombies."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        alive = [pid for pid in proc.family(leader) if proc.is_alive(pid)]
        if not alive:
            return
        for pid in alive:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.02)


class Target:
    """One program. A context manager: on leaving, all its processes are dead."""

    def __init__(self, argv, guard, log, scratch, ends_by_eof=False):
        self.argv = argv
        self.guard = guard
        self.ends_by_eof = ends_by_eof
        self.roles = {}
        # What a killed program leaves behind goes with the scratch directory.
        environment = {**os.environ, "PYTHONPATH": str(SOURCES), "TMPDIR": str(scratch)}
        self.program = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=scratch, env=environment,
            start_new_session=True,
        )  # fmt: skip
        self.pid = self.program.pid
        guard.started(self.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def go(self):
        self.program.stdin.write(b"\n")
        self.program.stdin.flush()

    def wait_ready(self, timeout_s=30):
        """Read the line of JSON that says who is who."""
        text = b""
        end = time.monotonic() + timeout_s
        while not text.endswith(b"\n"):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.program.stdout], [], [], left)[0]:
                raise TimeoutError(f"not ready: {' '.join(self.argv)}")
            more = os.read(self.program.stdout.fileno(), 65536)
            if not more:
                raise RuntimeError(f"ended: {' '.join(self.argv)}")
            text += more
        said = json.loads(text)
        if "skip" in said:
            raise Skip(said["skip"])
        roles = {role: number for role, number in said["roles"].items() if number}
        self.roles = self._from_namespace(roles)

    def _from_namespace(self, roles):
        """Roles in our own numbers, also where the program lives in a PID namespace of its own."""
        if "unshare" not in self.argv[0]:
            return roles
        ours = {}
        for pid in self.family():
            for tid in proc.threads(pid):
                ours[int(proc.status(tid)["NSpid"].split()[-1])] = tid
        return {role: ours.get(number, 0) for role, number in roles.items()}

    def family(self, table=None):
        return proc.family(self.pid, table)

    def stop(self):
        self.program.stdin.close()
        if self.ends_by_eof:
            self._wait(10)
        end_family(self.pid)
        self._wait(5)
        self.program.stdout.close()
        self.guard.ended(self.pid)

    def _wait(self, timeout_s):
        try:
            self.program.wait(timeout_s)
        except subprocess.TimeoutExpired:
            pass
