# SPDX-License-Identifier: BSD-2-Clause
"""Stacks of programs that are hostile, damaged or huge, and of targets that must not notice."""
import os
import random
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from harness import proc
from harness.case import A_B_HOLD, PYTHON, cycle
from harness.cases.python import INTERPRETERS, LOOP
from harness.commands import hung
from harness.judge import source_line
from harness.scoreboard import expect

STACKS = []
MUTEXES = {"a": "mutex", "b": "mutex"}
TRANSFER = cycle("stacks/transfer-O2", causes=MUTEXES, edges=A_B_HOLD)
ELSEWHERE = 'mount -t tmpfs none /mnt && cp "$0" "$0.debug" /mnt && exec /mnt/transfer-debuglink'
FEW_RIGHTS = "-all,+bpf,+perfmon,+sys_ptrace,+dac_read_search"
SEMLOCKS = cycle("two_locks.py Lock", causes={"a": "semlock", "b": "semlock"}, edges=A_B_HOLD)
STRIPPED = cycle("stacks/transfer-stripped", causes=MUTEXES, edges=A_B_HOLD)
QUICK_S = 10
HUGE = 2 << 30


def test(function):
    STACKS.append(function)
    return function


@contextmanager
def copied(bench, case, change):
    """The case's program under another name, changed before it is run."""
    path = bench.scratch / "changed"
    shutil.copy(bench.binaries / case.program, path)
    change(path)
    try:
        yield cycle(os.path.relpath(path, bench.binaries), causes=case.causes, edges=case.edges)
    finally:
        path.unlink(missing_ok=True)


def causes(result):
    expect(result.status == 3 and len(result.deadlocks()) == 1, f"it was not found\n{result}")
    return result.deadlocks()[0]["tasks"]


def functions(task):
    return [frame.get("function") for frame in task.get("stack", [])]


def judge_quickly(bench, target, *options):
    result = bench.dltrace.run("-p", target.pid, "--once", *options, timeout_s=60)
    expect(result.elapsed_s < QUICK_S, f"it took {result.elapsed_s} s")
    return causes(result)


def smashed(how):
    def run(bench):
        with hung(bench, cycle(f"stacks/smashed {how}", causes=MUTEXES)) as target:
            for task in judge_quickly(bench, target):
                expect(task.get("stack") or task.get("stack_incomplete"), f"nothing is said of its stack: {task}")

    run.__name__ = f"a_stack_that_is_smashed_({how})_is_cut_and_the_deadlock_found"
    return run


STACKS += [smashed(how) for how in ("garbage", "ring", "away")]


@test
def a_stack_that_is_smashed_is_said_to_be_cut(bench):
    with hung(bench, cycle("stacks/smashed garbage", causes=MUTEXES)) as target:
        for task in judge_quickly(bench, target):
            expect("take_both" in functions(task), f"not even the innermost frames: {task}")
            expect(task.get("stack_incomplete"), f"it is said to be whole: {task}")


AWAITED = {
    "Task-1": ("task work", None, "main", "await work"),
    "work": ("gather of 3", None, "locks", "await asyncio.gather(*tasks)"),
    "payer": ("Lock ledger", "auditor", "enter", "async with ledger:"),
    "auditor": ("Lock Till.lock", "payer", "audit", "async with till.lock:"),
    "server": ("Queue orders", None, "serve", "await orders.get()"),
}


def awaited(task):
    """What each task of the event loop awaits, who has that, and where the task is."""
    for coroutine in task.get("coroutines", []):
        [place] = [frame for frame in coroutine["stack"] if frame.get("place")]
        yield coroutine["task"], (
            coroutine.get("awaits"), coroutine.get("held_by"), place["function"], source_line(place).strip()
        )  # fmt: skip


@test
def what_the_tasks_of_an_event_loop_await_is_told(bench):
    for path in (PYTHON, *INTERPRETERS):
        with hung(bench, replace(LOOP, interpreter=path)) as target:
            [task] = judge_quickly(bench, target)
            expect(dict(awaited(task)) == AWAITED, f"{path}: {task.get('coroutines')}")


def damage(seed):
    """Random bytes in what is read of a file and not needed to run it: names, lines, unwind tables."""

    def change(path):
        text = subprocess.run(["readelf", "-SW", path], capture_output=True, text=True, check=True).stdout
        rng = random.Random(seed)
        with open(path, "r+b") as file:
            for line in text.splitlines():
                words = line.replace("[ ", "[").split()
                if len(words) < 6 or not words[1].startswith((".debug_", ".symtab", ".strtab", ".eh_frame")):
                    continue
                offset, size = int(words[4], 16), int(words[5], 16)
                for _ in range(1 + size // 16):
                    file.seek(offset + rng.randrange(size))
                    file.write(rng.randbytes(1))

    return change


@test
def damaged_debug_information_costs_names_and_never_the_verdict(bench):
    for seed in range(8):
        with copied(bench, TRANSFER, damage(seed)) as case, hung(bench, case) as target:
            judge_quickly(bench, target)


def overwrite(path):
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))


LIBC = Path("/lib/x86_64-linux-gnu/libc.so.6")
SPOILT = {"cut": lambda path: os.truncate(path, 4096), "emptied": lambda path: os.truncate(path, 0),
          "overwritten": overwrite}  # fmt: skip


@test
def a_spoilt_library_costs_names_and_never_the_verdict(bench):
    for how, spoil in SPOILT.items():
        library = bench.scratch / how / LIBC.name
        library.parent.mkdir()
        shutil.copy(LIBC, library)
        prefix = ("/usr/bin/env", f"LD_LIBRARY_PATH={library.parent}")
        with hung(bench, replace(TRANSFER, prefix=prefix)) as target:
            spoil(library)
            for task in judge_quickly(bench, target):
                whole = not task.get("stack_incomplete")
                guessed = any(frame.get("approximate") for frame in task["stack"])
                expect("transfer" in functions(task), f"{how}: {task}")
                expect(guessed or not whole, f"{how}, and nothing is said of it: {task}")


@test
def a_stripped_program_of_two_gigabytes_is_as_quick_as_any(bench):
    def grow(path):
        os.truncate(path, HUGE)

    with copied(bench, STRIPPED, grow) as case, hung(bench, case) as target:
        for task in judge_quickly(bench, target):
            expect(any(frame.get("place") for frame in task["stack"]), f"no place: {task}")


@test
def a_deleted_program_still_has_its_names(bench):
    with copied(bench, TRANSFER, lambda path: None) as case, hung(bench, case) as target:
        (bench.scratch / "changed").unlink()
        for task in judge_quickly(bench, target):
            expect("lock_second" in functions(task), task)
            expect(task["wait"].get("name") in ("to_lock", "from_lock"), task)


def to_minidebuginfo(path):
    """As Fedora ships programs: stripped, with a packed table of symbols inside."""
    symbols, packed = f"{path}.symbols", f".gnu_debugdata={path}.symbols.xz"
    subprocess.run(["objcopy", "--strip-debug", path, symbols], check=True)
    subprocess.run(["objcopy", "--only-keep-debug", symbols], check=True)
    subprocess.run(["xz", "-f", symbols], check=True)
    subprocess.run(["strip", "-s", path], check=True)
    subprocess.run(["objcopy", "--add-section", packed, path], check=True)


@test
def names_in_minidebuginfo_are_found(bench):
    with copied(bench, TRANSFER, to_minidebuginfo) as case, hung(bench, case) as target:
        for task in judge_quickly(bench, target):
            expect({"transfer", "work"} <= {*functions(task)}, task)
            expect(task["wait"].get("name") in ("to_lock", "from_lock"), task)


@test
def names_in_another_mount_namespace_come_from_there(bench):
    prefix = ("/usr/bin/unshare", "-m", "/bin/sh", "-c", ELSEWHERE)
    with hung(bench, cycle("stacks/transfer-debuglink", causes=MUTEXES, prefix=prefix)) as target:
        for task in judge_quickly(bench, target):
            [place] = [frame for frame in task["stack"] if frame.get("place")]
            expect(place["function"] == "lock_second" and place.get("line"), task)
            expect(task["wait"].get("name") in ("to_lock", "from_lock"), task)


@test
def names_are_found_without_cap_sys_admin(bench):
    prefix = ("setpriv", "--inh-caps", FEW_RIGHTS, "--bounding-set", FEW_RIGHTS)
    with hung(bench, TRANSFER) as target:
        for task in causes(bench.dltrace.run("-p", target.pid, "--once", prefix=prefix)):
            expect("lock_second" in functions(task), task)
            expect(task["wait"].get("name") in ("to_lock", "from_lock"), task)


@test
def names_are_not_taken_from_another_file_at_the_same_path(bench):
    """Without the right to open what is mapped, what lies at its path now is not believed."""
    prefix = ("setpriv", "--inh-caps", FEW_RIGHTS, "--bounding-set", FEW_RIGHTS)
    with copied(bench, TRANSFER, lambda path: None) as case, hung(bench, case) as target:
        path = bench.scratch / "changed"
        path.unlink()
        shutil.copy(bench.binaries / "stacks/transfer-O0", path)
        for task in causes(bench.dltrace.run("-p", target.pid, "--once", prefix=prefix)):
            expect("lock_second" not in functions(task), task)


@test
def stacks_none_reads_none(bench):
    with hung(bench, TRANSFER) as target:
        for task in judge_quickly(bench, target, "--stacks", "none"):
            expect("stack" not in task and "name" not in task["wait"], task)


@test
def stacks_of_one_language_leave_out_the_other(bench):
    with hung(bench, SEMLOCKS) as target:
        for language in ("python", "native"):
            for task in judge_quickly(bench, target, "--stacks", language):
                expect({frame["type"] for frame in task["stack"]} == {language}, task)


@test
def a_report_with_stacks_does_not_touch_its_targets(bench):
    with hung(bench, TRANSFER) as target:
        tids = proc.threads(target.pid)
        before = [(proc.switches(tid), proc.status(tid)["TracerPid"]) for tid in tids]
        for task in judge_quickly(bench, target):
            expect("lock_second" in functions(task), task)
        after = [(proc.switches(tid), proc.status(tid)["TracerPid"]) for tid in tids]
        expect(before == after and all(tracer == "0" for _, tracer in after), f"{before} became {after}")


@test
def a_recording_holds_the_stacks(bench):
    path = bench.scratch / "stacks.events"
    with hung(bench, TRANSFER) as target:
        live = causes(bench.dltrace.run("-p", target.pid, "--once", "--record", path))
        pid = target.pid
    # a recording is of the whole system
    [again] = [deadlock["tasks"] for deadlock in bench.dltrace.run("--replay", path).deadlocks()
               if deadlock["tasks"][0]["pid"] == pid]
    expect(list(map(functions, live)) == list(map(functions, again)), f"{live}\n{again}")
    expect([task["wait"]["name"] for task in live] == [task["wait"]["name"] for task in again], again)


@test
def names_are_not_looked_for_in_what_is_waited_on(bench):
    """A reader that kept the memory of a semaphore open would be one user of it too many."""
    with hung(bench, SEMLOCKS) as target:
        argv = [bench.dltrace.path, "--json", "--duration", "20s", "-p", str(target.pid)]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as watching:
            try:
                found = any(b'"type":"deadlock"' in line for line in watching.stdout)
                expect(found, "it was not found while watching")
                causes(bench.dltrace.run("-p", target.pid, "--once"))
            finally:
                watching.terminate()
