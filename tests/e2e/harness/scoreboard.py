# SPDX-License-Identifier: BSD-2-Clause
"""Counts what passed and failed, and says why, as it happens."""
import os
import textwrap
import threading
import time
import traceback

from harness.target import Skip


class Failure(Exception):
    """A test failed; says how."""


def expect(condition, text):
    if not condition:
        raise Failure(str(text)[:4000])


class Scoreboard:
    def __init__(self, verbose):
        self.verbose = verbose
        self.passed = self.failed = self.skipped = 0
        self.start = time.monotonic()
        self.lock = threading.Lock()

    def run(self, name, test, *args):
        """Call test(*args): it passes if it returns, and fails or is skipped if it raises."""
        try:
            result = test(*args)
        except Skip as why:
            self._skip(name, why)
        except Failure as why:
            self._fail(name, str(why))
        except Exception:  # the test itself is broken: that is a failure like any other
            self._fail(name, traceback.format_exc())
        else:
            self._pass(name)
            return result

    def say(self, text):
        with self.lock:
            print(text, flush=True)

    def _pass(self, name):
        with self.lock:
            self.passed += 1
            if self.verbose:
                print(f"ok      {name}", flush=True)

    def _fail(self, name, why):
        with self.lock:
            self.failed += 1
            print(f"FAILED  {name}\n{textwrap.indent(why.rstrip(), '        ')}", flush=True)

    def _skip(self, name, why):
        if os.environ.get("CI") == "true":
            return self._fail(name, f"skipped, which counts as failed here: {why}")
        with self.lock:
            self.skipped += 1
            print(f"skipped {name}: {why}", flush=True)

    def close(self):
        """Print the closing line; the exit status."""
        if self.skipped:
            print(f"{self.skipped} skipped")
        print(f"end-to-end tests took {time.monotonic() - self.start:.0f} s")
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0
