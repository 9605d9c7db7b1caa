#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Accepts or rejects what dltrace reports, on the live system that it reports on.

    dltrace --json -p PID | tests/checker.py
    tests/checker.py REPORT

Knows nothing of dltrace but the form of its reports: reads their evidence again
and works out anew, from /proc alone, whether the causes are stuck. Run it as
the user who can read the targets' memory. Status 0 if every deadlock was
accepted, else 1 with a line for each objection.
"""

import json
import sys

from checker import evidence, schema, verdict
from checker.procfs import System


def check_unmoved(tasks):
    """Nobody ran while we looked: with that, all that was read belongs to one moment."""
    again, found = System(), []
    for before in tasks:
        now = again.task(before.tid)
        if not now or now.switches != before.switches or now.start_ticks != before.start_ticks:
            found.append(f"{before.tid} has run meanwhile")
    return found


def check_deadlock(report):
    system = System()
    found = []
    for cause in report["tasks"]:
        found += evidence.check_cause(cause, system, report["certainty"])
    if found:
        return found
    found, stuck = verdict.check(system, report)
    return found or check_unmoved(stuck)


def check_line(text):
    """(what is said of it, objections); nothing is said of lines that are no deadlock."""
    try:
        line = json.loads(text)
    except ValueError as error:
        return "a line", [f"no JSON: {error}"]
    found = schema.line_errors(line)
    if found or line["type"] != "deadlock":
        name = line.get("id", line.get("type", "?")) if isinstance(line, dict) else "a line"
        return name if found else None, found
    return f"{line['id']} {line['verdict']} {line['certainty']}", check_deadlock(line)


def main(arguments):
    if len(arguments) > 1:
        print("usage: checker.py [REPORT]", file=sys.stderr)
        return 2
    rejected = False
    with open(arguments[0], encoding="utf-8") if arguments else sys.stdin as lines:
        for text in lines:
            name, found = check_line(text)
            for objection in found:
                print(f"rejected {name}: {objection}")
            if name and not found:
                print(f"accepted {name}")
            rejected |= bool(found)
    return 1 if rejected else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
