# SPDX-License-Identifier: BSD-2-Clause
"""Holds a report to what the model says, exactly."""
import re
from collections import Counter

from . import builds
from .model import Model

def form_of(edge):
    """An edge of a report as the model writes it. Inodes are left to the checker."""
    if "group" in edge:
        label = re.sub(r"(inode|pipe|socket|eventfd) \d+$", r"\1", edge["group"])
        return ("group", label, edge["count"], edge["relation"])
    if edge.get("process"):
        return ("process", edge["pid"], edge["state"], edge["relation"])
    return ("task", edge.get("tid"), edge["state"], edge["relation"])


def pids_of(report):
    return {task["pid"] for task in report["tasks"] + report["victims"]}


def difference(what, wanted, got):
    if wanted == got:
        return []
    return [f"{what}: expected {wanted or 'none'}, got {got or 'none'}"]


class Expected:
    """One finding of the model, in the kernel's numbers."""

    def __init__(self, finding, names):
        tid = names.tids.__getitem__
        self.finding = finding
        self.causes = sorted(map(tid, finding.causes))
        self.victims = sorted(map(tid, finding.victims))
        self.kinds = {tid(t): kind for t, kind in finding.kinds.items()}
        plan = names.plan
        self.builds = {tid(t): plan.processes[plan.threads[t].process].build for t in finding.causes}
        self.edges = {tid(t): edges for t, edges in finding.edges.items()}
        self.victim_edges = {tid(t): forms for t, forms in finding.victim_edges.items()}
        self.strong = {tid(t): set(map(tid, others)) for t, others in finding.strong.items()}

    def __str__(self):
        finding = self.finding
        return (f"{finding.verdict} {finding.certainty} causes {self.causes} victims {self.victims} "
                f"edges { {t: sorted(edges.elements()) for t, edges in self.edges.items()} }")  # fmt: skip

    def complaints(self, report):
        found = difference("verdict", self.finding.verdict, report["verdict"])
        found += difference("certainty", self.finding.certainty, report["certainty"])
        found += difference("victims", self.victims, sorted(victim["tid"] for victim in report["victims"]))
        found += difference("victim_count", len(self.victims), report["victim_count"])
        for cause in report["tasks"]:
            tid = cause["tid"]
            kinds = builds.names_of_kind(self.builds[tid], self.kinds[tid])
            found += [] if cause["wait"]["kind"] in kinds else difference(f"kind of {tid}", kinds, cause["wait"]["kind"])
            edges = Counter(map(form_of, cause["waits_for"]))
            found += difference(f"edges of {tid}", sorted(self.edges[tid].elements()), sorted(edges.elements()))
        for victim in report["victims"]:
            found += self.victim_complaints(victim)
        return found + self.ring_complaints(report)

    def victim_complaints(self, victim):
        edges = [form_of(edge) for edge in victim["waits_for"]]
        wanted = self.victim_edges.get(victim["tid"], set())
        if len(edges) != 1 or edges[0] not in wanted:
            return [f"edge of victim {victim['tid']}: expected one of {sorted(wanted)}, got {edges}"]
        return []

    def ring_complaints(self, report):
        """The first causes are a shortest ring."""
        ring = [cause["tid"] for cause in report["tasks"]][: self.finding.ring]
        for waiter, waited in zip(ring, ring[1:] + ring[:1]):
            if waited not in self.strong.get(waiter, set()):
                return [f"the headline {ring} is no ring: {waiter} does not wait for {waited}"]
        return []


def go_on(puppet, reports):
    """Those who are reported and can go on."""
    stuck = {puppet.names.tids[t] for t in Model(puppet.scene, puppet.names).stuck}
    named = {task["tid"] for report in reports for task in report["tasks"] + report["victims"]}
    return sorted(named - stuck)


def complaints(expected, reports):
    """What is wrong with all that was reported of one puppet, one sentence each; [] if nothing is."""
    found = []
    left = {tuple(sorted(task["tid"] for task in report["tasks"])): report for report in reports}
    if len(left) != len(reports):
        found.append("the same causes were reported twice")
    for item in expected:
        report = left.pop(tuple(item.causes), None)
        if report:
            found += [f"of the causes {item.causes}: {text}" for text in item.complaints(report)]
        else:
            found.append(f"missed: {item}")
    found += [f"too much: {report['verdict']} {causes}: {report['summary']}" for causes, report in left.items()]
    return found


def rates(expected):
    """What dltrace was to close: causes by kind of wait, findings by verdict and by how the causes are built."""
    count = Counter()
    for item in expected:
        count.update(("kind", kind) for kind in item.kinds.values())
        count["verdict", item.finding.verdict] += 1
        built = set(item.builds.values())
        count["build", built.pop() if len(built) == 1 else "mixed"] += 1
    return count


