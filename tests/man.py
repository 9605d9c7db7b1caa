#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Holds the man page to the program: every option of --help, every metric of the textfile, and
every status, is in it, and no option that there is not."""
import argparse
import re
import subprocess
import sys
from pathlib import Path

METRICS = Path(__file__).resolve().parents[1] / "user/report/metrics.c"


def helped(dltrace):
    text = subprocess.run([dltrace, "--help"], check=True, capture_output=True, text=True).stdout
    return set(re.findall(r"(?<![\w-])--?[a-z1][\w-]*", text)) - {"--"}


def metrics():
    return {"dltrace_" + name for name in re.findall(r'family\(\w+, "(\w+)"', METRICS.read_text())}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dltrace", required=True)
    parser.add_argument("--man", required=True, help="the page as troff")
    arguments = parser.parse_args()
    page = re.sub(r"\\f[BIRP]|\\&", "", Path(arguments.man).read_text()).replace("\\-", "-")
    words = set(re.findall(r"(?<![\w-])--?[a-z1][\w-]*", page))
    options, families = helped(arguments.dltrace), metrics()
    missing = [word for word in sorted(options) if word not in words]
    missing += [name for name in sorted(families) if not re.search(rf"\b{name}\b", page)]
    invented = [word for word in sorted(words) if word.startswith("--") and word not in options]
    for word in missing:
        print(f"FAIL man page: {word} is missing")
    for word in invented:
        print(f"FAIL man page: there is no {word}")
    print(f"man page: {len(options)} options, {len(families)} metrics, {len(missing) + len(invented)} failed")
    return 1 if missing or invented or not families or not options else 0


if __name__ == "__main__":
    sys.exit(main())
