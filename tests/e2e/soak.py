#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs healthy programs of all sorts beside dltrace --all, which must find nothing in them.

With --quick only what is cheap to install, and for a few seconds. Says what was
left open, and why. Needs root. Ends with the line `N passed, N failed` and
status 1 if any failed; what is not installed is skipped, which counts as failed
when CI=true.
"""
import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from harness import proc  # noqa: E402
from harness.bystanders import BYSTANDERS, STRESSORS, stressors  # noqa: E402
from harness.dltrace import Dltrace, malformed  # noqa: E402
from harness.judge import findings_for  # noqa: E402
from harness.scoreboard import Scoreboard, expect  # noqa: E402

EAGER = ("--min-wait", "100ms", "--interval", "200ms")
STRESSORS_AT_ONCE = 8
QUICK_STRESSORS = ["futex", "mutex", "sem", "sem-sysv", "wait", "flock", "sockpair", "pipe"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    build = os.environ.get("BUILD", "build")
    parser.add_argument("--dltrace", default=f"{build}/dltrace")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--only", default="", help="bystanders whose name contains this")
    parser.add_argument("-v", "--verbose", action="store_true")
    return parser.parse_args()


def rounds(options):
    """What runs at the same time; the stressors a few at once."""
    wanted = lambda bystanders: [b for b in bystanders if options.only in b.name]  # noqa: E731
    yield wanted(b for b in BYSTANDERS if b.quick or not options.quick)
    if options.quick:
        yield wanted([stressors(QUICK_STRESSORS, options.seconds + 30)])
        return
    for first in range(0, len(STRESSORS), STRESSORS_AT_ONCE):
        yield wanted([stressors(STRESSORS[first : first + STRESSORS_AT_ONCE], options.seconds + 30)])


class Round:
    def __init__(self, options, scoreboard):
        self.options = options
        self.scoreboard = scoreboard
        self.dltrace = Dltrace(os.path.abspath(options.dltrace))
        self.members = {}  # of each bystander, by name: every pid it had

    def note_members(self, running):
        table = proc.processes()
        for bystander in running:
            self.members.setdefault(bystander.name, set()).update(bystander.family(table))

    def watch(self, running):
        """dltrace for as long as asked for; a process may come and go meanwhile."""
        how = (*EAGER, "--duration", f"{self.options.seconds}s")
        with self.dltrace.watch("--all", *how) as watch:
            end = time.monotonic() + self.options.seconds
            while time.monotonic() < end:
                self.note_members(running)
                watch.wait_for(lambda line: False, 0.5)
            return watch.end(number=0, timeout_s=30)

    def judge(self, bystander, result):
        pids = self.members[bystander.name]
        expect(bystander.program.poll() is None, f"{bystander.name} did not keep running: {bystander.last_words()}")
        found = findings_for(result.deadlocks(), pids)
        expect(not found, f"found in {bystander.name}: {found}")

    def start(self, bystander, scratch):
        return self.scoreboard.run(f"{bystander.name}: starts", bystander.start, scratch)

    def run(self, bystanders):
        with tempfile.TemporaryDirectory(prefix="dltrace-soak-") as scratch:
            os.chmod(scratch, 0o755)
            running = [r for b in bystanders if (r := self.start(b, scratch))]
            try:
                time.sleep(5 if self.options.quick else 15)
                result = self.watch(running)
                for bystander in running:
                    self.scoreboard.run(f"{bystander.name}: silent", self.judge, bystander, result)
                self.scoreboard.run("form", self.check_form, result)
            finally:
                for bystander in running:
                    bystander.stop()

    def check_form(self, result):
        expect(not malformed(result), "\n".join([*malformed(result), str(result)[:2000]]))
        summary = result.of_type("summary")[-1]
        self.scoreboard.say(f"open waits of the whole system by reason: {summary['open']}")
        self.scoreboard.say(f"could not be read: {summary['incomplete'] or 'nothing'}")


def main():
    options = arguments()
    if options.quick:
        options.seconds = min(options.seconds, 10)
    scoreboard = Scoreboard(options.verbose)
    for bystanders in rounds(options):
        if bystanders:
            Round(options, scoreboard).run(bystanders)
    return scoreboard.close()


if __name__ == "__main__":
    sys.exit(main())
