# SPDX-License-Identifier: BSD-2-Clause
"""The slow and obvious model: who is stuck in a scene, because of whom.

A group is nothing but the tasks in it. Everything is a set, and every closure is
repeated until nothing changes.
"""
from collections import Counter
from dataclasses import dataclass, field

from . import waits
from .waits import STRONG


SOFT = {"name", "uncounted"}  # ways on with which custom never reckons


@dataclass
class Finding:
    verdict: str
    certainty: str
    causes: set
    victims: set = field(default_factory=set)
    edges: dict = field(default_factory=dict)  # cause -> Counter of how each edge is reported
    victim_edges: dict = field(default_factory=dict)  # victim -> the forms of which one is reported
    kinds: dict = field(default_factory=dict)
    ring: int = 0  # length of a shortest ring
    strong: dict = field(default_factory=dict)


class Model:
    def __init__(self, scene, names):
        self.scene = scene
        self.waits = waits.of_scene(scene, names)
        self.alive = [t for t in range(len(scene.plan.threads)) if scene.thread_state(t) == "alive"]
        self.certain = self.stuck_by(self.goes_on_for_certain)
        self.custom = self.stuck_by(self.goes_on_by_custom)
        self.idle = {t for t in self.custom if self.waits[t].idle}
        self.stuck = self.custom - self.idle
        self.blames = {t: self.tasks_blamed(t) & self.stuck for t in self.stuck}
        self.reach = {t: self.reachable(t) for t in self.stuck}

    def stuck_by(self, goes_on):
        going = set()
        while more := {t for t in self.alive if t not in going and goes_on(t, going)}:
            going |= more
        return set(self.alive) - going

    def goes_on_for_certain(self, task, going):
        wait = self.waits[task]
        if not wait or wait.open or wait.soft:
            return True
        return any(edge.can_end and edge.tasks & going for edge in wait.edges)

    def goes_on_by_custom(self, task, going):
        wait = self.waits[task]
        if not wait or wait.open or wait.soft - SOFT - ({"signal"} if wait.held else set()):
            return True
        if wait.held:
            return any(edge.holder and edge.responsible & going for edge in wait.edges)
        return any(edge.can_end and edge.responsible & going for edge in wait.edges)

    def edges_blamed(self, task):
        edges = self.waits[task].edges
        for is_meant in (lambda e: e.holder, lambda e: e.relation in STRONG):
            if chosen := [edge for edge in edges if is_meant(edge)]:
                return chosen
        return edges

    def tasks_blamed(self, task):
        return set().union(*(edge.responsible for edge in self.edges_blamed(task)))

    def reachable(self, start):
        seen, todo = set(), list(self.blames[start])
        while todo:
            task = todo.pop()
            if task not in seen:
                seen.add(task)
                todo += self.blames[task]
        return seen

    def component(self, task):
        return {task} | {t for t in self.reach[task] if task in self.reach[t]}

    def waits_for_idle(self, task):
        """For somebody who does nothing, on purpose: nobody is to blame then."""
        parties = [
            party for edge in self.edges_blamed(task) for party in edge.parties if edge.relation in STRONG
        ]
        return any(party & self.idle for party in parties) and not any(party & self.stuck for party in parties)

    def is_cause(self, component):
        return not any(self.blames[t] - component or self.waits_for_idle(t) for t in component)

    def dead_of(self, component):
        dead = {edge.dead for t in component for edge in self.edges_blamed(t) if edge.dead is not None}
        return min(dead) if dead else None

    def strong_edges(self, task):
        """Whom the task waits for by name; itself only if it is meant alone."""
        found = set()
        for edge in self.edges_blamed(task):
            if edge.relation in STRONG:
                mine = self.waits[task].mates if edge.of_processes else {task}
                found |= edge.responsible - ({task} if len(mine) > 1 else set())
        return found & self.stuck

    def findings(self):
        found, known = {}, set()
        for task in sorted(self.stuck):
            component = self.component(task)
            if task in known or not self.is_cause(component):
                continue
            known |= component
            dead = self.dead_of(component)
            key = ("alone", task) if dead is None else ("dead", dead)
            finding = found.setdefault(key, Finding("dead-owner", "proven", set()))
            finding.causes |= component
            if dead is None:
                self.shape(finding)
        for finding in found.values():
            self.complete(finding)
        return list(found.values())

    def shape(self, finding):
        finding.strong = {t: self.strong_edges(t) & finding.causes for t in finding.causes}
        lengths = [self.ring_length(finding.strong, t) for t in finding.causes]
        finding.ring = min(filter(None, lengths), default=0)
        alone = any(t in finding.strong[t] for t in finding.causes)
        finding.verdict = "cycle" if finding.ring else "self" if alone else "no-waker"

    @staticmethod
    def ring_length(strong, start):
        here, length = strong[start] - {start}, 1
        seen = set()
        while here:
            length += 1
            if any(start in strong[t] for t in here):
                return length
            seen |= here
            here = set().union(*(strong[t] for t in here)) - seen - {start}
        return 0

    def complete(self, finding):
        if finding.causes - self.certain:
            finding.certainty = "likely"
        finding.victims = {t for t in self.stuck - finding.causes if self.reach[t] & finding.causes}
        for task in finding.causes:
            finding.kinds[task] = self.waits[task].kind
            finding.edges[task] = Counter(form for edge in self.edges_blamed(task) for form in edge.forms)
        for task in finding.victims:
            finding.victim_edges[task] = {
                form for edge in self.edges_blamed(task) for form in edge.short_forms
            }
