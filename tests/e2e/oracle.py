#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Random programs that hang, or not, and whose wait-for graph is known by construction.

Each seed gives a plan of processes, threads and objects, which a puppet acts out.
What dltrace says of it is held to a slow and obvious model: verdict, certainty,
causes, victims and edges, exactly. Needs root. A seed that fails is kept with its
plan and a recording. Ends with the line `N passed, N failed`.
"""
import argparse
import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from harness.dltrace import Dltrace  # noqa: E402
from harness.scoreboard import Scoreboard  # noqa: E402
from harness.target import Guard  # noqa: E402
from oracle import run  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    build = os.environ.get("BUILD", "build")
    parser.add_argument("--dltrace", default=f"{build}/dltrace")
    parser.add_argument("--puppets", default=f"{build}/tests/e2e/oracle", help="the folder of those that are built")
    parser.add_argument("--failures", default=f"{build}/oracle-failures")
    parser.add_argument("--seed", type=int, default=1, help="the first one")
    parser.add_argument("--seeds", type=int, default=300, help="how many")
    parser.add_argument("--batch", type=int, default=20, help="how many at a time")
    parser.add_argument("--sample", type=int, default=4, help="the costly checks for every so many batches")
    parser.add_argument("-v", "--verbose", action="store_true", help="name what passed, too")
    return parser.parse_args()


def main():
    options = arguments()
    scoreboard = Scoreboard(options.verbose)
    with tempfile.TemporaryDirectory(prefix="dltrace-oracle-") as scratch:
        bench = run.Bench(
            dltrace=Dltrace(os.path.abspath(options.dltrace)),
            puppets=os.path.abspath(options.puppets),
            checker=HERE.parent / "checker.py",
            scratch=Path(scratch),
            failures=Path(options.failures),
            guard=Guard(),
            scoreboard=scoreboard,
        )
        seeds = range(options.seed, options.seed + options.seeds)
        run.run_all(bench, seeds, options.batch, options.sample)
    run.say_rates(bench)
    return scoreboard.close()


if __name__ == "__main__":
    sys.exit(main())
