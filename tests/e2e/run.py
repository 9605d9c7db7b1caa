#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs real programs that hang, or only look like it, and holds dltrace to what they are.

Every positive is judged hung before dltrace starts, by -p and by --all, and
watched from before the hang, by -p and by --all. Every near miss is watched
over several intervals, by -p and by --all. Needs root. Ends with the line
`N passed, N failed` and status 1 if any failed; a skipped test counts as failed
when CI=true.
"""
import argparse
import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from harness import phases  # noqa: E402
from harness.cases import NEAR_MISSES, POSITIVES  # noqa: E402
from harness.commands import COMMANDS  # noqa: E402
from harness.dltrace import Dltrace  # noqa: E402
from harness.live import LIVE  # noqa: E402
from harness.owners import OWNERS  # noqa: E402
from harness.reports import REPORTS  # noqa: E402
from harness.scoreboard import Scoreboard  # noqa: E402
from harness.stacks import STACKS  # noqa: E402
from harness.target import Guard  # noqa: E402

AT_ONCE = 90  # programs that hang at the same time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    build = os.environ.get("BUILD", "build")
    parser.add_argument("--dltrace", default=f"{build}/dltrace")
    parser.add_argument("--programs", default=f"{build}/tests/e2e", help="where the C programs were built")
    parser.add_argument("--only", default="", help="cases and tests whose name contains this")
    parser.add_argument("--programs-only", action="store_true", help="check that the programs hang as meant")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("-v", "--verbose", action="store_true", help="name what passed, too")
    return parser.parse_args()


def in_batches(positives, near_misses):
    """Each look judges the whole system, so that the work grows with the square of what hangs at once."""
    count = max(1, (len(positives) + len(near_misses)) // AT_ONCE)
    for batch in range(count):
        yield positives[batch::count], near_misses[batch::count]


def main():
    options = arguments()
    scoreboard = Scoreboard(options.verbose)
    guard = Guard()
    wanted = lambda cases: [case for case in cases if options.only in case.name]  # noqa: E731
    positives, near_misses = wanted(POSITIVES), wanted(NEAR_MISSES)
    with tempfile.TemporaryDirectory(prefix="dltrace-e2e-") as scratch:
        bench = phases.Bench(
            dltrace=Dltrace(os.path.abspath(options.dltrace)),
            sources=HERE,
            binaries=Path(options.programs).resolve(),
            scratch=Path(scratch),
            checker=HERE.parent / "checker.py",
            guard=guard,
            scoreboard=scoreboard,
            workers=options.workers,
        )
        if options.programs_only:
            phases.programs_hang_as_meant(bench, positives, near_misses)
        else:
            for some, others in in_batches(positives, near_misses):
                phases.already_hung(bench, some, others)
            phases.watched_one_by_one(bench, positives, near_misses)
            for attach in ("auto", "syscall", "none"):
                phases.watched_all_at_once(bench, positives, near_misses, attach)
            for test in COMMANDS + LIVE + OWNERS + REPORTS + STACKS:
                if options.only in test.__name__:
                    scoreboard.run(test.__name__, test, bench)
    return scoreboard.close()


if __name__ == "__main__":
    sys.exit(main())
