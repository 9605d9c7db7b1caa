# SPDX-License-Identifier: BSD-2-Clause
"""The ways in which puppets are built, and what can be told of the locks of each."""
from .plan import ROBUST

OFTEN = {"O2": 7, "O0": 2, "static": 3, "cxx": 3, "rust": 3, "musl": 3}
OWNED = (2, 3, ROBUST)  # types of a mutex: recursive, error checking, robust
STRIPPED = {"static"}  # no frame of theirs has a name
HAS_MEMORY = ("lock", "rdlock", "wrlock", "flockfile", "sem", "cond", "barrier")
# Waits for what stores no holder, or is nowhere told from another futex. Of a plan with one of them it
# is only asked that nobody is reported who can go on; what is taken out here is held to the model.
UNTOLD = {"rust": {"lock", "rdlock", "wrlock", "cond"}, "musl": set(HAS_MEMORY)}


def libc(build):
    return "musl" if build == "musl" else "glibc"


def refuses_others(build, mutex_type):
    """The C library lets nobody but the owner unlock such a mutex, not even who stands for it after fork()."""
    return build == "musl" and mutex_type in OWNED


def untold(plan):
    """True if the plan has a wait of which memory does not tell everything."""
    return any(_is_untold(plan, thread) for thread in plan.threads)


def _is_untold(plan, thread):
    build = plan.processes[thread.process].build
    if thread.call not in UNTOLD.get(build, ()):
        return False
    # the language's own locks are for one process
    thing = plan.objects[thread.argument]
    return build == "musl" or not (thing.region >= 0 or thing.pshared)


def names_of_kind(build, kind):
    """What a wait of that kind may be called: nothing but a frame's name tells these two."""
    return {kind, "futex"} if build in STRIPPED and kind in ("cond", "barrier") else {kind}
