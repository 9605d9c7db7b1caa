# SPDX-License-Identifier: BSD-2-Clause
"""Compares what dltrace found with what a case says that there is."""
import re
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent


def pids_of(deadlock):
    return {task.get("pid") for task in deadlock.get("tasks", []) + deadlock.get("victims", [])}


def findings_for(deadlocks, family):
    return [deadlock for deadlock in deadlocks if pids_of(deadlock) & family]


def complaints(case, roles, found):
    """What is wrong with the deadlocks found for one case, one sentence each; [] if nothing is."""
    if not case.verdict:
        return [f"a deadlock where there is none: {deadlock.get('summary')}" for deadlock in found]
    if not found:
        return [] if case.may_miss else ["missed"]
    if len(found) > 1:
        return [f"{len(found)} deadlocks instead of one"]
    [deadlock] = found
    return [
        *_verdict(case, deadlock),
        *_causes(case, roles, deadlock),
        *_victims(case, roles, deadlock),
        *_edges(case, roles, deadlock),
        *_objects(case, roles, deadlock),
        *_whereabouts(case, roles, deadlock),
        *_since(case, roles, deadlock),
        *_form(deadlock),
    ]


def _verdict(case, deadlock):
    for what in ("verdict", "certainty"):
        wanted = getattr(case, what)
        if deadlock[what] not in wanted:
            yield f"{what} is {deadlock[what]}, not {' or '.join(wanted)}"


def _causes(case, roles, deadlock):
    names = {tid: role for role, tid in roles.items()}
    causes = {task["tid"]: task for task in deadlock["tasks"]}
    wanted = {roles.get(role) for role in case.causes}
    allowed = wanted | {roles.get(role) for role in case.may_cause}
    for tid in wanted - causes.keys():
        yield f"{names.get(tid)} ({tid}) is not among the causes"
    for tid in causes.keys() - allowed:
        yield f"{names.get(tid, 'a stranger')} ({tid}) is among the causes"
    for role, kinds in case.causes.items():
        kind = causes.get(roles.get(role), {}).get("wait", {}).get("kind")
        if kind and kind not in kinds.split("|"):
            yield f"{role} waits for {kind}, not {kinds}"


def _objects(case, roles, deadlock):
    causes = {task["tid"]: task["wait"].get("object", "") for task in deadlock["tasks"]}
    for role, wanted in case.objects.items():
        called = causes.get(roles.get(role), "")
        if called.rsplit(" at ", 1)[0] != wanted:
            yield f"{role} waits for {called!r}, not {wanted}"


def _victims(case, roles, deadlock):
    victims = {task["tid"] for task in deadlock["victims"]}
    for role in case.victims:
        if roles.get(role) not in victims:
            yield f"{role} ({roles.get(role)}) is not among the victims"
    if deadlock["victim_count"] < max(len(victims), case.victim_count):
        yield f"victim_count is {deadlock['victim_count']}, not {case.victim_count} or more"


def _edges(case, roles, deadlock):
    tasks = {task["tid"]: task for task in deadlock["tasks"]}
    for waiter, relation, waited in case.edges:
        edges = tasks.get(roles.get(waiter), {}).get("waits_for", [])
        if not any(_is_edge(edge, relation, waited, roles) for edge in edges):
            yield f"no edge from {waiter} to {waited} ({relation})"


def _is_edge(edge, relation, waited, roles):
    if edge.get("relation") != relation:
        return False
    if waited == "the dead":
        return edge.get("state") in ("zombie", "gone", "left-behind")
    return edge.get("tid") == roles.get(waited) and edge.get("state", "alive") == "alive"


def _whereabouts(case, roles, deadlock):
    tasks = {task["tid"]: task for task in deadlock["tasks"]}
    for role, wanted in case.places.items():
        stack = tasks.get(roles.get(role), {}).get("stack", [])
        found = [(frame.get("function"), source_line(frame)) for frame in stack if frame.get("place")]
        if not any(_is_place(function, line, wanted) for function, line in found):
            yield f"{role} waits at {found}, not at {wanted}; stack: {stack}"
    for role, wanted in case.frames.items():
        functions = [frame.get("function") for frame in tasks.get(roles.get(role), {}).get("stack", [])]
        if wanted not in functions:
            yield f"{role} is not in {wanted}: {functions}"
    for role, wanted in case.variables.items():
        variable = tasks.get(roles.get(role), {}).get("wait", {}).get("name")
        if variable != wanted:
            yield f"{role} waits on {variable}, not on {wanted}"


def _since(case, roles, deadlock):
    tasks = {task["tid"]: task for task in deadlock["tasks"]}
    for role, wanted in case.since.items():
        told = [edge["since"] for edge in tasks.get(roles.get(role), {}).get("waits_for", []) if "since" in edge]
        found = [re.fullmatch(r"(.*) at (.*):(\d+)", text).groups() for text in told]
        if not any(_is_place(function, source_line({"file": file, "line": int(line)}), wanted)
                   for function, file, line in found):  # fmt: skip
            yield f"what {role} waits for is held since {told}, not {wanted}"


def _is_place(function, line, wanted):
    wanted_function, text = wanted
    return function == wanted_function and (not line if text is None else line is not None and text in line)


def source_line(frame):
    """The text of the line in the source, None without one."""
    if not frame.get("line"):
        return None
    name = frame["file"].rsplit("/", 1)[-1]
    [path] = SOURCES.rglob(name)
    return path.read_text().splitlines()[frame["line"] - 1]


def _form(deadlock):
    for key in ("summary", "advice"):
        text = deadlock[key]
        if not text or any(ord(character) < 32 for character in text):
            yield f"{key} is {text!r}"
    for task in deadlock["tasks"]:
        if task.get("role") != "cause" or task["wait"].get("timed") or "switches" not in task:
            yield f"cause {task['tid']} lacks role, switches, or is timed"
        if not task.get("waits_for") or not all(edge.get("evidence") for edge in task["waits_for"]):
            yield f"cause {task['tid']} has an edge without evidence"
