#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What other tools say of the same hung programs, and how long they take. Needs root.

Writes a file for each program and tool, and compare.md with all of them side by side. A tool that
is not installed is left out, and said to be.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
E2E = HERE / "e2e"
PATIENCE_S = 30
ATTACH_S = 8  # for a tool that has to be there before the hang


def programs(binaries):
    return {
        "two threads of a C program, two mutexes": [f"{binaries}/stacks/transfer-O2", "array"],
        "two processes of Python, two locks": ["/usr/bin/python3", "-B", str(E2E / "two_locks.py"), "Lock"],
    }


def tools(dltrace):
    """Name -> (what it is run as, for a pid; whether it must watch from before the hang)."""
    return {
        "dltrace": (lambda pid: [dltrace, "-p", pid, "--once"], False),
        "gdb": (lambda pid: ["gdb", "-q", "-batch", "-nx", "-iex", "set debuginfod enabled off",
                             "-ex", "thread apply all backtrace", "-p", pid], False),
        "py-spy": (lambda pid: ["py-spy", "dump", "--subprocesses", "--pid", pid], False),
        "bcc's deadlock": (lambda pid: ["deadlock-bpfcc", pid], True),
        "the kernel's hung task log": (lambda pid: ["dmesg"], False),
    }


def only_hung_tasks(text):
    said = [line for line in text.splitlines() if re.search(r"blocked for more than", line)]
    return "\n".join(said) or "(nothing: it knows tasks in state D only, and these sleep in state S)\n"


class Program:
    def __init__(self, argv):
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
                                        env={**os.environ, "PYTHONPATH": str(E2E)})
        self.pid = str(self.process.pid)

    def hang(self):
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        json.loads(self.process.stdout.readline())
        time.sleep(1.5)

    def end(self):
        os.killpg(self.process.pid, 9)
        self.process.wait()


def run(argv, seconds=PATIENCE_S):
    """What it printed and how long it took; None: it had to be ended."""
    began = time.monotonic()
    tool = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        out, took = tool.communicate(timeout=seconds)[0], None
        took = time.monotonic() - began
    except subprocess.TimeoutExpired:
        tool.terminate()
        out, took = tool.communicate()[0], None
    return out.decode(errors="replace"), took


def watch(argv, program):
    """For a tool that must be there first."""
    tool = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    time.sleep(ATTACH_S)
    program.hang()
    time.sleep(ATTACH_S)
    tool.terminate()
    return tool.communicate()[0].decode(errors="replace"), None


def compare(argv, make_argv, from_before):
    program = Program(argv)
    try:
        if from_before:
            return watch(make_argv(program.pid), program)
        program.hang()
        return run(make_argv(program.pid))
    finally:
        program.end()


def section(program, results):
    yield f"## {program}\n"
    yield "| tool | time | lines |\n|---|---|---|"
    for tool, (text, took) in results.items():
        time_taken = "until it was ended" if took is None else f"{1000 * took:.0f} ms"
        yield f"| {tool} | {time_taken} | {len(text.splitlines())} |"
    for tool, (text, _) in results.items():
        yield f"\n### {tool}\n\n```\n{text.rstrip()}\n```"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--dltrace", required=True)
    parser.add_argument("--programs", required=True, help="where the C programs of tests/e2e were built")
    parser.add_argument("--out", required=True, type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    page = ["# The same hang, seen by several tools\n"]
    for program, argv in programs(options.programs).items():
        results = {}
        for tool, (make_argv, from_before) in tools(options.dltrace).items():
            command = make_argv("0")[0]
            if not shutil.which(command):
                print(f"  {tool}: {command} is not installed", file=sys.stderr)
                continue
            text, took = compare(argv, make_argv, from_before)
            if command == "dmesg":
                text = only_hung_tasks(text)
            results[tool] = text, took
            name = re.sub(r"\W+", "-", f"{program} {tool}")
            (options.out / f"{name}.txt").write_text(text)
        page += section(program, results)
    (options.out / "compare.md").write_text("\n".join(page) + "\n")
    print(options.out / "compare.md")


if __name__ == "__main__":
    main()
