# SPDX-License-Identifier: BSD-2-Clause
"""A program of the end-to-end tests, and what there is to find.

A role is a name that the program itself gives to one of its tasks. A case
without a verdict is a near miss: nothing may be found.
"""
from dataclasses import dataclass, field

PYTHON = "/usr/bin/python3"
PROVEN, LIKELY, EITHER = ("proven",), ("likely",), ("proven", "likely")


@dataclass(frozen=True, eq=False)
class Case:
    program: str
    verdict: tuple = ()
    certainty: tuple = ()
    causes: dict = field(default_factory=dict)  # role -> kinds, with | between them
    may_cause: tuple = ()
    victims: tuple = ()
    victim_count: int = 0
    edges: tuple = ()  # (waiter, relation, waited); waited may be "the dead"
    places: dict = field(default_factory=dict)  # role -> (function, part of its line in the source)
    frames: dict = field(default_factory=dict)  # role -> a function on its stack
    variables: dict = field(default_factory=dict)  # role -> name of what it waits on
    may_miss: bool = False  # an open wait is allowed, a wrong finding is not
    ends_by_eof: bool = False  # must be allowed to tidy up
    prefix: tuple = ()
    interpreter: str = PYTHON
    since: dict = field(default_factory=dict)  # role -> the with in which its holder is, as in places
    objects: dict = field(default_factory=dict)  # role -> what its wait's object is called, before "at"

    @property
    def name(self):
        return " ".join((*self.prefix, self.program, *self._version()))

    def _version(self):
        """VERSION/bin/python3 by its version, any other by its path."""
        if self.interpreter == PYTHON:
            return ()
        parts = self.interpreter.split("/")
        return (parts[-3] if len(parts) > 3 and parts[-3][:1].isdigit() else self.interpreter,)

    def argv(self, sources, binaries):
        if self.program.startswith(("/", "sh:", "bash:")):
            return self._shell_argv()
        program, *arguments = self.program.split()
        if program.endswith(".py"):
            return [*self.prefix, self.interpreter, "-B", f"{sources}/{program}", *arguments]
        return [*self.prefix, f"{binaries}/{program}", *arguments]

    def _shell_argv(self):
        shell, script = self.program.split(":", 1)
        wait_for_go = """read go; echo '{"ready": true, "roles": {}}'; """
        return [*self.prefix, f"/bin/{shell}", "-c", wait_for_go + script]


def cycle(program, certainty=PROVEN, **more):
    return Case(program, ("cycle",), certainty, **more)


def dead_owner(program, certainty=PROVEN, **more):
    return Case(program, ("dead-owner",), certainty, **more)


def no_waker(program, certainty=PROVEN, **more):
    return Case(program, ("no-waker",), certainty, **more)


def self_wait(program, certainty=PROVEN, **more):
    return Case(program, ("self",), certainty, **more)


def quiet(program, **more):
    return Case(program, **more)


A_B_HOLD = (("a", "holds", "b"), ("b", "holds", "a"))
