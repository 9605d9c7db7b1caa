# SPDX-License-Identifier: BSD-2-Clause
"""What a real deadlock looks like in the forms that are written whole, and what it leaves behind."""
import json
import signal
import stat
import subprocess
import time

from harness.cases import NEAR_MISSES
from harness.commands import case_of, hung
from harness.scoreboard import expect

REPORTS = []
PROGRAM = "mutex_abba none"
PATIENCE_S = 20


def test(function):
    REPORTS.append(function)
    return function


def case_of_near_miss(program):
    [case] = [case for case in NEAR_MISSES if case.name == program]
    return case


def begin_quiet(target):
    target.go()
    target.wait_ready()


def is_page(text):
    return text.startswith("<!DOCTYPE html>") and text.endswith("</html>\n")


@test
def once_draws_the_deadlock_on_standard_output(bench):
    with hung(bench, case_of(PROGRAM)) as target:
        page = bench.dltrace.run("-p", target.pid, "--once", "--format", "html", json_output=False)
        expect(page.status == 3 and is_page(page.out), page)
        expect(page.out.count('<details id="d0c') == 2 and "mutex_abba" in page.out, page)
        graph = bench.dltrace.run("-p", target.pid, "--once", "--format", "dot", json_output=False)
        expect(graph.status == 3, graph)
        done = subprocess.run(["dot", "-Tcanon"], input=graph.out, capture_output=True, text=True, check=False)
        expect(done.returncode == 0 and not done.stderr, done.stderr)


@test
def a_page_is_written_without_graphviz(bench):
    with hung(bench, case_of(PROGRAM)) as target:
        page = bench.dltrace.run("-p", target.pid, "--once", "--format", "html", json_output=False,
                                 prefix=("/usr/bin/env", "PATH=/nowhere"))  # fmt: skip
        expect(page.status == 3 and is_page(page.out) and "<rect" in page.out, page)


@test
def a_watched_page_is_replaced_whole_as_deadlocks_come_and_go(bench):
    path = bench.scratch / "watched.html"
    with hung(bench, case_of(PROGRAM)) as target:
        watcher = subprocess.Popen([bench.dltrace.path, "--all", "--format", "html", "-o", path, "--attach", "none"],
                                   stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            deadline = time.monotonic() + PATIENCE_S
            named = f"mutex_abba[{target.pid}]"
            while not (path.exists() and named in path.read_text()):
                expect(time.monotonic() < deadline, "the page does not name the deadlock")
                time.sleep(0.02)
                expect(not path.exists() or is_page(path.read_text()), "half a page")
            target.stop()
            while named not in path.read_text().partition("Resolved since")[2]:
                expect(time.monotonic() < deadline, "the page does not tell that it has gone")
                time.sleep(0.05)
        finally:
            watcher.send_signal(signal.SIGINT)
            status = watcher.wait(PATIENCE_S)
    expect(status == 3, f"status {status}")
    expect(is_page(path.read_text()), "half a page at the end")
    expect(not list(bench.scratch.glob(".watched.html*")), "something is left beside the page")


@test
def a_deadlocked_command_leaves_its_artifacts(bench):
    folder = bench.scratch / "artifacts"
    command = [bench.binaries / "mutex_abba", "none"]
    result = bench.dltrace.run("--artifacts", folder, "--kill", "--", *command, json_output=False)
    expect(result.status == 124, result)
    lines = [json.loads(line) for line in (folder / "dltrace.json").read_text().splitlines()]
    expect(lines[0]["type"] == "deadlock" and lines[-1]["type"] == "summary", lines)
    expect(is_page((folder / "dltrace.html").read_text()), "no page")
    expect(stat.S_IMODE((folder / "dltrace.events").stat().st_mode) == 0o600, "others may read the recording")
    again = bench.dltrace.run("--replay", folder / "dltrace.events", "--json", json_output=False)
    found = [json.loads(line) for line in again.out.splitlines()]
    expect(lines[0]["id"] in [line.get("id") for line in found], again)


@test
def a_healthy_command_leaves_no_artifacts(bench):
    folder = bench.scratch / "nothing"
    result = bench.dltrace.run("--artifacts", folder, "--", "/bin/true", json_output=False)
    expect(result.status == 0 and not list(folder.iterdir()), result)


@test
def artifacts_that_cannot_be_written_are_status_125(bench):
    result = bench.dltrace.run("--artifacts", "/dev/null", "--", "/bin/true", json_output=False)
    expect(result.status == 125 and "/dev/null" in result.err, result)


@test
def what_only_a_bystander_keeps_open_is_shown_as_stalled_and_is_no_deadlock(bench):
    with bench.start(case_of_near_miss("sem_private live")) as target:
        begin_quiet(target)
        with bench.dltrace.watch("--all", "--stalled-after", "2s", "--interval", "250ms") as watch:
            line = watch.wait_for(
                lambda line: line["type"] == "stalled" and line["tasks"][0]["pid"] == target.pid, PATIENCE_S
            )
            expect(line, "no stalled line")
            expect(line["bystanders"] == 1 and len(line["tasks"]) >= 2, line)
            result = watch.end()
    mine = [line for line in result.of_type("deadlock") if target.pid in (task["pid"] for task in line["tasks"])]
    expect(not mine, mine)


@test
def nothing_is_stalled_before_its_time(bench):
    with bench.start(case_of_near_miss("sem_private live")) as target:
        begin_quiet(target)
        with bench.dltrace.watch("--all", "--interval", "250ms") as watch:
            line = watch.wait_for(lambda line: line["type"] == "stalled", 3)
            watch.end()
        expect(not line, line)
