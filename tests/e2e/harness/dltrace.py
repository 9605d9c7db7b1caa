# SPDX-License-Identifier: BSD-2-Clause
"""The program that is tested: run it, read its lines, hold it to the form of its output."""
import json
import queue
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field

LINE_TYPES = {"deadlock", "resolved", "chain", "stalled", "summary"}
SUMMARY_KEYS = {"deadlocks", "tasks", "blocked", "looks", "events_lost", "open", "incomplete", "elapsed_s"}
DEADLOCK_KEYS = {"id", "verdict", "certainty", "time", "stuck_for_s", "summary", "tasks", "victims",
                 "victim_count", "advice"}  # fmt: skip


@dataclass
class Result:
    status: int
    out: str
    err: str
    elapsed_s: float
    lines: list = field(default_factory=list)

    def of_type(self, kind):
        return [line for line in self.lines if line.get("type") == kind]

    def deadlocks(self):
        """The last word on each: a deadlock is printed again when its causes change."""
        return list({line["id"]: line for line in self.of_type("deadlock")}.values())

    def __str__(self):
        return f"status {self.status} after {self.elapsed_s:.2f} s\nout: {self.out}\nerr: {self.err}"


class Dltrace:
    """Starts the binary; every JSON report passes through malformed()."""

    def __init__(self, path):
        self.path = path

    def run(self, *args, timeout_s=30, json_output=True, stdout=subprocess.PIPE, prefix=(), stdin=subprocess.DEVNULL):
        argv = [*prefix, self.path, *(["--json"] if json_output else []), *map(str, args)]
        start = time.monotonic()
        program = subprocess.Popen(argv, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE)
        try:
            out, err = program.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            program.kill()
            out, err = program.communicate()
            err += b"(killed by the test: took too long)"
        elapsed = time.monotonic() - start
        out, err = (out or b"").decode(errors="replace"), err.decode(errors="replace")
        result = Result(program.returncode, out, err, elapsed)
        if json_output:
            result.lines = parse(out)
        return result

    def watch(self, *args):
        return Watch([self.path, "--json", *map(str, args)])


class Watch:
    """dltrace at work beside the test. A context manager: on leaving, it has ended."""

    def __init__(self, argv):
        self.start = time.monotonic()
        self.program = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.lines, self.out, self.err = [], "", ""
        self._queue = queue.Queue()
        self._readers = [
            threading.Thread(target=self._read_out, daemon=True),
            threading.Thread(target=self._read_err, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.program.poll() is None:
            self.program.kill()
        self.program.wait()

    def _read_out(self):
        for text in self.program.stdout:
            self._queue.put(text)
        self._queue.put(None)

    def _read_err(self):
        self.err = self.program.stderr.read()

    def wait_for(self, wanted, timeout_s):
        """The first line, from now on, for which wanted(line); None if there was none in time."""
        end = time.monotonic() + timeout_s
        while (left := end - time.monotonic()) > 0:
            try:
                text = self._queue.get(timeout=left)
            except queue.Empty:
                return None
            if text is None:
                return None
            self.out += text
            [line] = parse(text)
            self.lines.append(line)
            if wanted(line):
                return line
        return None

    def has_begun(self, patience_s=20):
        """Waits for the first look at a process (-p) that is not deadlocked: it tells what that waits for."""
        return self.wait_for(lambda line: line.get("type") == "chain", patience_s)

    def end(self, number=signal.SIGINT, timeout_s=10):
        """Interrupt it, or (number 0) wait for it to end by itself: its Result."""
        if number and self.program.poll() is None:
            self.program.send_signal(number)
        self.wait_for(lambda line: False, timeout_s)
        try:
            self.program.wait(1)
        except subprocess.TimeoutExpired:
            self.program.kill()
            self.program.wait()
        for reader in self._readers:
            reader.join(5)
        elapsed = time.monotonic() - self.start
        return Result(self.program.returncode, self.out, self.err, elapsed, self.lines)


def parse(out):
    """One dictionary a line; a line that is none becomes {"broken": line}."""
    lines = []
    for text in out.splitlines():
        try:
            line = json.loads(text)
            lines.append(line if isinstance(line, dict) else {"broken": text})
        except json.JSONDecodeError:
            lines.append({"broken": text})
    return lines


def malformed(result):
    """What in the form of the output is against the interface, one sentence each."""
    faults = [f"not a line of JSON: {line['broken']!r}" for line in result.lines if "broken" in line]
    lines = [line for line in result.lines if "broken" not in line]
    for line in lines:
        if line.get("schema") != 1:
            faults.append(f"schema is {line.get('schema')!r}")
        if line.get("type") not in LINE_TYPES:
            faults.append(f"type is {line.get('type')!r}")
        if line.get("type") == "deadlock" and DEADLOCK_KEYS - line.keys():
            faults.append(f"a deadlock without {sorted(DEADLOCK_KEYS - line.keys())}")
    if not lines or lines[-1].get("type") != "summary":
        faults.append("the last line is no summary")
    elif SUMMARY_KEYS - lines[-1].keys():
        faults.append(f"a summary without {sorted(SUMMARY_KEYS - lines[-1].keys())}")
    return faults
