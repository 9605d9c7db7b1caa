# SPDX-License-Identifier: BSD-2-Clause
"""Whether the named tasks are stuck, and whether the verdict's word fits.

A slow and obvious fixpoint: a task goes on if it is not blocked, or its wait is
open, or somebody who can end it goes on. Repeat until nothing changes.
"""

import struct
import time

from . import guards, python_lock, waits
from .schema import STRONG
from .waits import HELD, SOFT

TRIES, TRY_S = 50, 0.002  # to see a task asleep that wakes up every few milliseconds


def is_try(task):
    """It wakes up every few milliseconds, and gets no further."""
    return task.get("wait", {}).get("kind") == "gil"


class Model:
    """The waits of the named tasks and of all whom they lead to."""

    def __init__(self, system, report):
        self.system = system
        self.likely = report["certainty"] == "likely"
        self.waits, self.tasks = {}, {}
        self.claimed = {cause["tid"]: cause for cause in report["tasks"]}
        todo = list(self.claimed) + [victim["tid"] for victim in report["victims"]]
        self.trying = {one["tid"] for one in report["tasks"] + report["victims"] if is_try(one)}
        while todo:
            tid = todo.pop()
            if tid in self.tasks:
                continue
            wait = self.read(tid)
            if wait:
                self.believe_history(tid, wait)
                self.believe_frames(tid, wait)
                self.believe_parked(tid, wait)
                self.believe_guards(tid, wait)
                todo += wait.can_end | wait.blamed
        self.proven = self.fixpoint(self.goes_on)
        self.custom = self.fixpoint(self.goes_on_by_custom)

    def read(self, tid):
        for _ in range(TRIES if tid in self.trying else 1):
            self.tasks[tid] = task = self.system.task_anew(tid) if tid in self.trying else self.system.task(tid)
            self.waits[tid] = wait = waits.of_task(self.system, task) if task else waits.Wait(())
            if tid not in self.trying or wait and wait.tried:
                break
            time.sleep(TRY_S)
        return wait

    def believe_history(self, tid, wait):
        """For likely, what was seen earlier may name the holder; so may a fork server's sentinel."""
        cause = self.claimed.get(tid)
        if not self.likely or not cause:
            return
        told = [edge for edge in cause["waits_for"] if edge["relation"] in STRONG and self.is_told(edge)]
        if not told:
            return
        wait.dead = all(edge.get("state") in ("gone", "zombie", "left-behind") for edge in told)
        wait.holders = set()
        for edge in told:
            if edge.get("tid") and edge.get("state") == "alive":
                wait.holders |= self.targets(edge)

    def believe_frames(self, tid, wait):
        """Of a threading.Lock a frame of the named thread must refer to its __exit__, where the evidence says."""
        if not wait.python or wait.python[0].exact or tid not in self.claimed:
            return
        lock, numbers = wait.python
        for edge in self.claimed[tid]["waits_for"]:
            number = next((number for number, other in numbers.items() if other == edge.get("tid")), None)
            places = [int(item["address"], 16) for item in edge["evidence"] if item["source"] == "memory"]
            if edge["relation"] == "holds" and number and any(
                python_lock.may_hold(self.system, self.tasks[tid], lock, number, place) for place in places
            ):
                wait.holders = {edge["tid"]}

    def believe_parked(self, tid, wait):
        """Of a parked thread nothing but the report's own evidence says which mutex it wanted."""
        cause = self.claimed.get(tid)
        if not wait.parked or not cause:
            return
        for edge in cause["waits_for"]:
            for item in edge["evidence"]:
                if item["source"] == "memory" and len(item["bytes"]) == 40:
                    address = int(item["address"], 16)
                    words = struct.unpack("<5I", waits.read_memory(self.tasks[tid].pid, address, 20))
                    waits.parked_for(self.system, self.tasks[tid], wait, address, words)

    def believe_guards(self, tid, wait):
        """For likely, whoever has the address of a lock without an owner on its stack may hold it."""
        if self.likely and wait.holders is None:
            wait.holders = guards.holders(self.system, self.tasks[tid]) or None

    def is_told(self, edge):
        if any(item["source"] == "history" for item in edge["evidence"]):
            return True
        if edge["relation"] != "child" or not edge.get("pid"):
            return False
        leader = self.system.task(edge["pid"])
        server = leader and self.system.task(leader.ppid)
        return bool(server) and b"forkserver" in self.command_line(server.pid)

    @staticmethod
    def command_line(pid):
        try:
            return waits.read_bytes(f"/proc/{pid}/cmdline")
        except waits.Unreadable:
            return b""

    def targets(self, edge):
        """Live tasks that an edge to a task or process stands for."""
        if edge.get("process"):
            return waits.members(self.system, [edge["pid"]])
        task = self.system.task(edge["tid"]) if edge.get("tid") else None
        if not task or not task.alive and edge["relation"] in ("holds", "joins"):
            return set()
        if edge["relation"] in ("holds", "joins", "may-wake") or edge["tid"] != edge["pid"]:
            return {task.tid}
        return waits.members(self.system, [edge["pid"]])

    def goes_on(self, tid, going):
        wait = self.waits[tid]
        return wait is None or bool(wait.open) or any(other in going for other in wait.can_end)

    def goes_on_by_custom(self, tid, going):
        wait = self.waits[tid]
        if wait is None or wait.timed:
            return True
        held = wait.holders is not None and wait.holders != {tid}
        excused = {SOFT, HELD} if held else {SOFT}
        if set(wait.open.values()) - excused:
            return True
        return any(other in going for other in (wait.holders if held else wait.can_end))

    def fixpoint(self, can_go_on):
        going = set()
        while True:
            more = {tid for tid in self.waits if tid not in going and can_go_on(tid, going)}
            if not more:
                return set(self.waits) - going
            going |= more

    @property
    def stuck(self):
        return self.custom if self.likely else self.proven


def check_stuck(model, report):
    found = []
    for cause in report["tasks"]:
        tid, wait = cause["tid"], model.waits[cause["tid"]]
        if wait is None:
            found.append(f"{tid} is not blocked")
        elif tid not in model.stuck:
            reasons = ", ".join(sorted(wait.open)) or "somebody it waits for does"
            found.append(f"{tid} can go on: {reasons}")
        elif wait.idle:
            found.append(f"{tid} waits for nothing, so it is no cause")
        elif cause["wait"]["kind"] not in wait.kinds:
            found.append(f"{tid} is in a wait of {sorted(wait.kinds)}, not {cause['wait']['kind']}")
        if cause["wait"]["timed"]:
            found.append(f"{tid} waits only for a time")
    for victim in report["victims"]:
        if victim["tid"] not in model.custom:
            found.append(f"the victim {victim['tid']} can go on")
    return found


def check_dead(model, tid, edge):
    """A strong edge to somebody who can do nothing any more."""
    wait, state = model.waits[tid], edge["state"]
    task = model.system.task(edge["tid"]) if edge.get("tid") else None
    who = edge.get("tid", "its holder")
    if not wait or not wait.dead:
        return [f"{who} is said to be {state}, but {tid} waits for {sorted(wait.blamed) if wait else 'nobody'}"]
    if state == "zombie" and (not task or task.alive):
        return [f"{who} is no zombie"]
    if task and task.alive and task.pid == model.system.task(tid).pid:
        return [f"{who} is alive in the waiter's process, not {state}"]
    if state == "gone" and task and task.alive and task.pid in model.system.sharers(model.system.task(tid).pid):
        return [f"{who} is alive, not gone"]
    return []


def check_edges(model, report):
    """Every edge leads to somebody who could end the wait, or to the dead."""
    found = []
    for cause in report["tasks"]:
        tid, wait = cause["tid"], model.waits[cause["tid"]]
        if wait is None:
            continue
        for edge in cause["waits_for"]:
            if "group" in edge:
                continue
            if edge["state"] != "alive":
                found += check_dead(model, tid, edge)
                continue
            holds = edge["relation"] == "holds" and wait.holders is not None
            right = wait.holders if holds else wait.can_end | wait.blamed
            if not model.targets(edge) & right:
                found.append(f"{tid} does not wait for {edge['tid']} ({edge['relation']})")
    return found


def blamed_by(model, cause):
    """Tasks that the report holds responsible for the cause's wait."""
    result = set()
    for edge in cause["waits_for"]:
        if "group" in edge:
            result |= model.waits[cause["tid"]].blamed
        elif edge["state"] == "alive":
            result |= model.targets(edge)
    return result


def check_complete(model, report):
    """Who is responsible for a cause, and stuck, is a cause himself."""
    named, found = set(model.claimed), set()
    for cause in report["tasks"]:
        if model.waits[cause["tid"]] is None:
            continue
        for tid in blamed_by(model, cause) & model.stuck - named:
            if not model.waits[tid].idle and model.tasks[tid].alive:
                found.add(tid)
    return [f"{tid} belongs to the causes and is not among them" for tid in sorted(found)]


def strong_graph(model, report):
    """cause -> causes that it waits for by a strong edge."""
    graph = {}
    for cause in report["tasks"]:
        tid = cause["tid"]
        graph[tid] = set()
        for edge in cause["waits_for"]:
            if edge["relation"] not in STRONG or model.waits[tid] is None:
                continue
            targets = model.waits[tid].blamed if "group" in edge else model.targets(edge)
            # its own process is not itself, unless it is alone there
            if edge.get("tid") != tid or edge.get("process"):
                targets = targets - {tid} if len(waits.members(model.system, [cause["pid"]])) > 1 else targets
            graph[tid] |= targets & set(model.claimed)
    return graph


def reachable(graph, start):
    seen, todo = set(), list(graph[start])
    while todo:
        tid = todo.pop()
        if tid not in seen:
            seen.add(tid)
            todo += graph[tid]
    return seen


def shape_of(model, report):
    """The word that design gives to what the edges show."""
    edges = [edge for cause in report["tasks"] for edge in cause["waits_for"] if edge["relation"] in STRONG]
    if any(edge.get("state", "alive") != "alive" for edge in edges):
        return "dead-owner"
    graph = strong_graph(model, report)
    others = {tid: targets - {tid} for tid, targets in graph.items()}
    if any(tid in reachable(others, tid) for tid in others):
        return "cycle"
    return "self" if any(tid in targets for tid, targets in graph.items()) else "no-waker"


def check_shape(model, report):
    shape = shape_of(model, report)
    return [] if shape == report["verdict"] else [f"the edges show {shape}, not {report['verdict']}"]


def check(system, report):
    """Objections to what the report concludes, and the tasks on whose sleep the answer rests."""
    model = Model(system, report)
    found = check_stuck(model, report)
    found += check_edges(model, report)
    found += check_complete(model, report)
    found += check_shape(model, report)
    asleep = [tid for tid in model.stuck if model.tasks[tid] and not model.waits[tid].tried]
    return found, [model.tasks[tid] for tid in asleep]
