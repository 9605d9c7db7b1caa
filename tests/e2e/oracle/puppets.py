# SPDX-License-Identifier: BSD-2-Clause
"""Plans acted out for real: started, waited for, and ended whatever happens."""
import json
import os
import select
import signal
import subprocess
import time
from pathlib import Path

from harness import proc
from harness.scoreboard import Failure

from .scene import ALIVE, GONE, Scene
from .waits import Names


class Puppet:
    """One plan. A context manager: on leaving, all its processes are dead."""

    def __init__(self, folder, name, plan, scratch, guard):
        self.name, self.plan, self.guard = name, plan, guard
        self.scene = Scene(plan)
        path = Path(scratch) / f"{name}.plan"
        path.write_text(plan.text())
        self.errors = open(Path(scratch) / f"{name}.err", "w+b")
        self.program = subprocess.Popen(
            [f"{folder}/{plan.processes[0].build}/puppet", path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors,
            start_new_session=True,
        )  # fmt: skip
        self.pid = self.program.pid
        guard.started(self.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def wait_ready(self, timeout_s=30):
        if not select.select([self.program.stdout], [], [], timeout_s)[0]:
            raise Failure(f"{self.name}: the puppet says nothing: {self.said()}")
        text = self.program.stdout.readline()
        if not text:
            raise Failure(f"{self.name}: the puppet ended: {self.said()}")
        said = json.loads(text)
        tids = said["tids"]
        self.names = Names(tids, [tids[self.plan.leader(p)] for p in range(len(self.plan.processes))], self.plan)

    def said(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    def in_place(self):
        """How often each living thread was switched, or None if somebody is not yet where the plan has him."""
        counts = {}
        for number, tid in enumerate(self.names.tids):
            pid = self.names.pids[self.plan.threads[number].process]
            state = proc.read(f"{pid}/task/{tid}/stat").rpartition(")")[2][1:2]
            wanted = self.scene.thread_state(number)
            spins = self.plan.threads[number].call == "spin"
            if wanted == ALIVE and not spins:
                if state != "S":
                    return None
                status = proc.read(f"{pid}/task/{tid}/status")
                counts[tid] = [line for line in status.splitlines() if "ctxt_switches" in line]
            elif (wanted == GONE) != (state == ""):
                return None
        return counts

    def kill(self, process):
        self.scene.kill(process)
        os.kill(self.names.pids[process], signal.SIGKILL)

    def stop(self):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.program.wait(10)
        self.program.stdout.close()
        self.errors.close()
        self.guard.ended(self.pid)
        for name in Path("/dev/shm").glob(f"dltrace-oracle-{self.pid}-*"):
            name.unlink()


def settle(puppets, timeout_s=30):
    """Wait until everybody is in his call and stays there."""
    end = time.monotonic() + timeout_s
    before = {}
    waiting = list(puppets)
    while waiting:
        now = {puppet.name: puppet.in_place() for puppet in waiting}
        waiting = [p for p in waiting if now[p.name] is None or now[p.name] != before.get(p.name)]
        before = now
        if time.monotonic() > end:
            raise Failure(f"not in place: {', '.join(p.name + ' ' + p.said() for p in waiting)}")
        time.sleep(0.04)
