# SPDX-License-Identifier: BSD-2-Clause
"""
What a tracer costs the works. Each traced session stands between two without
a tracer, N A N B N A N ..., and its figure is divided by the mean of its two
neighbours: a machine that gets slower or faster meanwhile cancels out. How far
sessions without a tracer are apart, by the same rule, is the noise.
"""
from dataclasses import dataclass, field
from statistics import median

from live_tracers import Refused, Tracer
from live_works import Failed

NOISE = "no tracer (noise)"


@dataclass
class Row:
    """Ratios to no tracer of one work under one tracer, one a session."""

    work: object
    tracer: str
    cpu: list = field(default_factory=list)
    wall: list = field(default_factory=list)


class Sessions:
    """A run of sessions, and what their neighbourhood says."""

    def __init__(self, works, tracers, fraction=1):
        self.works, self.tracers, self.fraction = works, tracers, fraction
        self.done = []  # tracer's name, {work's name: Cost}
        self.left_out = {}

    def run(self, rounds):
        nobody = Tracer(NOISE)
        self._session(nobody)
        for _ in range(rounds):
            for tracer in self.tracers:
                self._session(tracer)
                self._session(nobody)

    def _session(self, tracer):
        if tracer.name in self.left_out:
            return
        costs = {}
        try:
            with tracer.watching():
                for work in self.works:
                    self._measure(work, tracer, costs)
        except Refused as refusal:
            self.left_out[tracer.name] = str(refusal)
            return
        self.done.append((tracer.name, costs))

    def _measure(self, work, tracer, costs):
        if f"{work.name}, {tracer.name}" in self.left_out:
            return
        try:
            costs[work.name] = work.measure(tracer.prefix, self.fraction)
        except Failed as failure:
            self.left_out[f"{work.name}, {tracer.name}"] = str(failure)

    def _neighbours(self, at):
        """The nearest sessions without a tracer, one on each side where there is one."""
        quiet = [i for i, (name, _) in enumerate(self.done) if name == NOISE and i != at]
        before, after = [i for i in quiet if i < at], [i for i in quiet if i > at]
        return before[-1:] + after[:1]

    def rows(self):
        """By work, then tracer, the noise first."""
        rows = {
            (work.name, name): Row(work, name)
            for work in self.works
            for name in [NOISE, *(tracer.name for tracer in self.tracers)]
        }
        for at, (name, costs) in enumerate(self.done):
            beside = [self.done[i][1] for i in self._neighbours(at)]
            for work, cost in costs.items():
                self._add(rows[work, name], cost, [other[work] for other in beside if work in other])
        return [row for row in rows.values() if row.cpu]

    @staticmethod
    def _add(row, cost, beside):
        if beside:
            row.cpu.append(cost.cpu_s * len(beside) / sum(other.cpu_s for other in beside))
            row.wall.append(cost.wall_s * len(beside) / sum(other.wall_s for other in beside))


def print_rows(title, rows, goals=None):
    """goals gives a row's goal as text; peers have none."""
    print(f"\n{title:<48}{'min':>8}{'median':>8}{'max':>8}{'wall':>8}  goal")
    said = None
    for row in rows:
        if row.work.name != said:
            said = row.work.name
            print(said)
        ratios = (min(row.cpu), median(row.cpu), max(row.cpu), median(row.wall))
        figures = "".join(f"{ratio:8.2f}" for ratio in ratios)
        print(f"  {row.tracer:<46}{figures}  {goals(row) if goals else ''}".rstrip())
