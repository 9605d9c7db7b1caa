# SPDX-License-Identifier: BSD-2-Clause
"""The form of a line: which keys there are, of which type, with which words."""

import re

VERDICTS = {"self", "cycle", "dead-owner", "no-waker"}
CERTAINTIES = {"proven", "likely"}
STRONG = {"holds", "joins", "child", "writer", "reader", "peer"}
WEAK = {"may-post", "may-wake", "stopped-by"}
STATES = {"alive", "zombie", "gone", "left-behind"}
KINDS = set(
    """mutex pi-mutex robust-mutex rwlock cond barrier once sem semlock stdio futex futex-waitv join wait4 waitid
    vfork sysv-sem sysv-msg mq pipe-read pipe-write fifo-open unix-socket tcp-loopback poll epoll splice
    select eventfd flock posix-lock ofd-lock python-lock python-rlock gil pause stopped kernel-lock
    other""".split()
)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
ADDRESS = re.compile(r"0x[0-9a-f]+")
BYTES = re.compile(r"([0-9a-f]{2})+")
VICTIMS_LISTED = 64


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_id(value):
    return is_count(value) and value > 0


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


def is_text(value):
    return isinstance(value, str)


def is_flag(value):
    return isinstance(value, bool)


def list_of(check):
    return lambda value: isinstance(value, list) and all(check(item) for item in value)


def matches(pattern):
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


# type of line -> key -> what its value must be
LINES = {
    "deadlock": {
        "id": matches(re.compile(r"[0-9a-f]{16}")),
        "verdict": VERDICTS.__contains__,
        "certainty": CERTAINTIES.__contains__,
        "time": matches(TIME),
        "stuck_for_s": is_number,
        "summary": is_text,
        "tasks": lambda value: isinstance(value, list) and len(value) > 0,
        "victims": list_of(lambda item: isinstance(item, dict)),
        "victim_count": is_count,
        "advice": is_text,
    },
    "resolved": {"id": is_text, "verdict": VERDICTS.__contains__, "time": matches(TIME), "after_s": is_number},
    "chain": {"tasks": lambda value: isinstance(value, list) and len(value) > 0},
    "stalled": {},
    "summary": {
        "deadlocks": is_count,
        "tasks": is_count,
        "blocked": is_count,
        "looks": is_count,
        "events_lost": is_count,
        "open": lambda value: isinstance(value, dict) and all(is_count(n) for n in value.values()),
        "incomplete": list_of(is_text),
        "elapsed_s": is_number,
    },
}
CAUSE = {
    "pid": is_id,
    "tid": is_id,
    "comm": is_text,
    "start_time_ns": is_count,
    "role": "cause".__eq__,
    "switches": is_count,
    "wait": lambda value: isinstance(value, dict),
    "waits_for": lambda value: isinstance(value, list) and len(value) > 0,
}
WAIT = {
    "kind": KINDS.__contains__,
    "syscall": is_text,
    "object": is_text,
    "since_s": is_number,
    "timed": is_flag,
    "need": {"any", "all"}.__contains__,
}
EDGE = {"relation": (STRONG | WEAK).__contains__}
TASK_EDGE = {"state": STATES.__contains__}
GROUP_EDGE = {"group": is_text, "count": is_count}
VICTIM = {
    "pid": is_id,
    "tid": is_id,
    "comm": is_text,
    "waits_for": list_of(lambda item: isinstance(item, dict) and EDGE["relation"](item.get("relation"))),
}
EVIDENCE = {
    "memory": {"pid": is_id, "address": matches(ADDRESS), "bytes": matches(BYTES), "meaning": is_text},
    "kernel": {"what": is_text, "kernel": lambda value: value is None or is_count(value), "found": is_count},
    "proc": {"path": matches(re.compile(r"/proc/[^\0]+")), "value": is_text, "meaning": is_text},
    "history": {"value": is_text, "meaning": is_text},
}


def errors_of(where, value, keys):
    if not isinstance(value, dict):
        return [f"{where} is no object"]
    found = [f"{where} has no {key}" for key in keys if key not in value]
    for key, check in keys.items():
        try:
            right = key not in value or check(value[key])
        except TypeError:
            right = False
        if not right:
            found.append(f"{where}.{key} cannot be {value[key]!r}")
    return found


def edge_errors(where, edge):
    found = errors_of(where, edge, EDGE)
    if found:
        return found
    found += errors_of(where, edge, GROUP_EDGE if "group" in edge else TASK_EDGE)
    if "group" not in edge and edge.get("state") in ("alive", "zombie"):
        found += errors_of(where, edge, {"pid": is_id, "tid": is_id})
    evidence = edge.get("evidence")
    if not isinstance(evidence, list) or not evidence:
        return found + [f"{where} has no evidence"]
    for number, item in enumerate(evidence):
        name = f"{where}.evidence[{number}]"
        keys = EVIDENCE.get(item.get("source")) if isinstance(item, dict) else None
        found += errors_of(name, item, keys) if keys else [f"{name} has no known source"]
    return found


def cause_errors(where, cause):
    found = errors_of(where, cause, CAUSE)
    if found:
        return found
    found += errors_of(f"{where}.wait", cause["wait"], WAIT)
    for number, edge in enumerate(cause["waits_for"]):
        found += edge_errors(f"{where}.waits_for[{number}]", edge)
    return found


def line_errors(line):
    """Everything that is wrong with the form of one parsed line."""
    if not isinstance(line, dict) or line.get("schema") != 1:
        return ["not a line of schema 1"]
    if line.get("type") not in LINES:
        return [f"unknown type {line.get('type')!r}"]
    found = errors_of(line["type"], line, LINES[line["type"]])
    if found or line["type"] != "deadlock":
        return found
    for number, cause in enumerate(line["tasks"]):
        found += cause_errors(f"tasks[{number}]", cause)
    for number, victim in enumerate(line["victims"]):
        found += errors_of(f"victims[{number}]", victim, VICTIM)
    if len(line["victims"]) != min(line["victim_count"], VICTIMS_LISTED):
        found.append("victim_count is not the number of victims")
    names = [task["tid"] for task in line["tasks"] + line["victims"] if isinstance(task, dict) and "tid" in task]
    if len(names) != len(set(names)):
        found.append("a task is named twice")
    return found
