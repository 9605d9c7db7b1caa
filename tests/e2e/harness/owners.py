# SPDX-License-Identifier: BSD-2-Clause
"""Tests of who ended with a lock: named, how and when, at that moment, and not by the next look that is due."""
import datetime
import time

from harness.live import await_file, await_look
from harness.scoreboard import expect
from harness.target import Target

OWNERS = []
INTERVAL_S = 120  # no look is due before the test has ended
PATIENCE_S = 20  # on a busy machine a look that was dear is not followed by another one at once


def test(function):
    OWNERS.append(function)
    return function


def watch_end(bench, what, wanted=True):
    """owners/exit, watched with everything else from before the end: its target, when it was told to, and the line."""
    path = bench.scratch / f"owners-{what.replace(' ', '-')}.prom"
    path.unlink(missing_ok=True)
    argv = [str(bench.binaries / "owners/exit"), *what.split(), "later"]
    with open(bench.scratch / "programs.log", "ab") as log:
        with Target(argv, bench.guard, log, bench.scratch) as target:
            target.go()
            target.wait_ready()
            time.sleep(0.3)
            arguments = ("--all", "--min-wait", "100ms", "--interval", f"{INTERVAL_S}s", "--textfile", path)
            with bench.dltrace.watch(*arguments) as watch:
                await_file(path)
                told_s = time.time()
                target.go()
                if not wanted:
                    await_look(path, told_s, PATIENCE_S)
                line = watch.wait_for(lambda line: is_about(line, target), PATIENCE_S if wanted else 1)
                watch.end()
            return target, told_s, line


def is_about(line, target):
    return line.get("type") == "deadlock" and any(task["tid"] == target.roles["a"] for task in line["tasks"])


def end_is_told(bench, what, **how):
    target, told_s, line = watch_end(bench, what)
    expect(line and line["verdict"] == "dead-owner", f"{what}: not before the next look was due: {line}")
    died = line["died"]
    expect(died["tid"] == target.roles["owner"], f"{what}: somebody else has died: {died}")
    wanted = {"signal": None, "exit_code": None, **how}
    there = {key: died.get(key) for key in wanted}
    expect(there == wanted, f"{what}: not told how: {died}")
    at_s = datetime.datetime.fromisoformat(died["time"].replace("Z", "+00:00")).timestamp()
    expect(told_s - 0.1 <= at_s <= told_s + 2, f"{what}: told to end at {told_s:.3f}, said to have ended at {at_s:.3f}")
    [edge] = [edge for task in line["tasks"] for edge in task["waits_for"]]
    expect(edge["state"] in ("zombie", "gone"), f"{what}: waits for the {edge['state']}")


@test
def a_killed_owner_is_named_with_its_signal_at_that_moment(bench):
    end_is_told(bench, "normal process 9", signal=9)


@test
def an_owner_that_was_told_to_end_is_named_with_its_signal(bench):
    end_is_told(bench, "normal process 15", signal=15)


@test
def a_killed_owner_of_whom_nothing_is_left_is_named_with_its_signal(bench):
    end_is_told(bench, "normal process reaped", signal=9)


@test
def an_owner_that_ended_by_itself_is_named_with_its_status(bench):
    end_is_told(bench, "normal process code", exit_code=3)


@test
def an_owner_that_is_a_thread_is_named_apart_from_its_process(bench):
    end_is_told(bench, "normal thread end", exit_code=0)


@test
def the_end_of_an_owner_whose_mutex_goes_on_is_no_finding(bench):
    for what in ("robust process 9", "robust thread end", "robust process left", "inherit process 9"):
        _, _, line = watch_end(bench, what, wanted=False)
        expect(not line, f"{what}: {line}")
