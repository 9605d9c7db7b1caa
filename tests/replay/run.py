# SPDX-License-Identifier: BSD-2-Clause
"""Golden replays: what dltrace says of a recording stays what it was.

NAME.events is a recording, one claim each; the name is the claim. NAME.expected
is what `dltrace --replay NAME.events --json` said, in lines that are easy to
diff:

    deadlock cycle proven
      cause 101 mutex any "mutex 0x7000"
        holds 102 alive
      victim 100 join
        joins 101 alive
    open socket=1 timed=2
    status 3

NAME.text, where there is one, is the report for people, byte for byte. A first
comment "# with: --min-wait 5s" adds options. A recording without .expected
fails; `run.py --update` writes it anew, to be read and understood before it is
kept.
"""
import argparse
import difflib
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT_S = 60


def options_of(recording):
    first = recording.read_bytes().split(b"\n", 1)[0].decode(errors="replace")
    return first.removeprefix("# with:").split() if first.startswith("# with:") else []


def run(dltrace, recording, *options):
    """Status, standard output, standard error."""
    done = subprocess.run(
        [dltrace, "--replay", recording.name, *options, *options_of(recording)],
        cwd=HERE, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")


def party(item):
    """Whom a task waits for: '102 alive', 'process 100 zombie', 'group ...'."""
    if "group" in item:
        return f"{item['relation']} {item['group']}, count {item['count']}"
    words = [item["relation"]]
    if item.get("process"):
        words.append("process")
    words.append(str(item.get("tid", "unknown")))
    if "ns_tid" in item:
        words.append(f"(there {item['ns_tid']})")
    return " ".join(words + [item["state"]])


def counts(edge):
    """What was counted for an edge, since a proof rests on it."""
    for item in edge["evidence"]:
        if item["source"] == "kernel":
            yield f"      {item['what']}: kernel {item.get('kernel')}, found {item['found']}"


def deadlock(line):
    yield f"deadlock {line['verdict']} {line['certainty']}"
    for task in line["tasks"]:
        wait = task["wait"]
        yield f"  cause {task['tid']} {wait['kind']} {wait['need']} \"{wait['object']}\""
        for edge in task["waits_for"]:
            yield f"    {party(edge)}"
            yield from counts(edge)
    if "died" in line:
        died = line["died"]
        yield "  died " + " ".join(f"{key}={died[key]}" for key in sorted(died))
    for victim in line["victims"]:
        yield f"  victim {victim['tid']} {victim['wait']['kind']}"
        yield from (f"    {party(edge)}" for edge in victim["waits_for"])
    if line["victim_count"] != len(line["victims"]):
        yield f"  victims in all: {line['victim_count']}"
    yield f"  advice: {line['advice']}"


def summary(line):
    opened = " ".join(f"{key}={value}" for key, value in sorted(line["open"].items()))
    yield f"open {opened}".rstrip()
    if line["incomplete"]:
        yield "incomplete " + " ".join(line["incomplete"])


FORMATS = {
    "deadlock": deadlock,
    "resolved": lambda line: [f"resolved {line['verdict']}"],
    "summary": summary,
}


def condense(status, out, err):
    lines = []
    for text in out.splitlines():
        line = json.loads(text)
        lines.extend(FORMATS[line["type"]](line))
    lines.extend(f"error {line}" for line in err.splitlines())
    return "\n".join([*lines, f"status {status}", ""])


def differences(path, found):
    """None if the file says the same; it may not exist."""
    expected = path.read_text() if path.exists() else ""
    if expected == found:
        return None
    return "".join(difflib.unified_diff(
        expected.splitlines(True), found.splitlines(True), f"{path.name} says", "dltrace says"))


def outputs(dltrace, recording):
    """Each file that pins something of the recording, and what dltrace says now."""
    yield recording.with_suffix(".expected"), condense(*run(dltrace, recording, "--json"))
    text = recording.with_suffix(".text")
    if text.exists():
        yield text, run(dltrace, recording)[1]


def check(dltrace, recording, update):
    failed = False
    for path, found in outputs(dltrace, recording):
        if update:
            path.write_text(found)
            continue
        difference = differences(path, found)
        if difference:
            print(f"FAIL {recording.stem}\n{difference}")
            failed = True
    return not failed


def orphans():
    """Expectations whose recording is gone."""
    return [path for suffix in (".expected", ".text") for path in sorted(HERE.glob("*" + suffix))
            if not path.with_suffix(".events").exists()]


def main():
    parser = argparse.ArgumentParser(description="judge the golden recordings")
    parser.add_argument("--dltrace", required=True, help="the program under test")
    parser.add_argument("--update", action="store_true", help="write what is said now")
    parser.add_argument("names", nargs="*", help="only these recordings")
    arguments = parser.parse_args()
    dltrace = os.path.abspath(arguments.dltrace)
    recordings = sorted(path for path in HERE.glob("*.events")
                        if not arguments.names or path.stem in arguments.names)
    passed = sum(check(dltrace, recording, arguments.update) for recording in recordings)
    failed = len(recordings) - passed
    for path in orphans():
        print(f"FAIL {path.name} has no recording")
        failed += 1
    print(f"replay: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
