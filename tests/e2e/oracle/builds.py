# SPDX-License-Identifier: BSD-2-Clause
"""The ways in which puppets are built, and what can be told of the locks of each."""
from .plan import ROBUST
from .scene import ALIVE

OFTEN = {"O2": 7, "O0": 2, "static": 3, "cxx": 3, "rust": 3, "musl": 3}
OWNED = (2, 3, ROBUST)  # types of a mutex: recursive, error checking, robust
NAMELESS = {"static", "musl"}  # their condition variables and barriers may be no more than a futex
# Waits for what stores no holder, or is nowhere told from another futex. Of a plan with one of them it
# is only asked that nobody is reported who can go on; what is taken out here is held to the model.
UNTOLD = {"rust": {"lock", "rdlock", "wrlock", "cond"}, "musl": {"lock", "rdlock", "wrlock", "flockfile", "sem"}}


def libc(build):
    return "musl" if build == "musl" else "glibc"


def refuses_others(build, mutex_type):
    """The C library lets nobody but the owner unlock such a mutex, not even who stands for it after fork()."""
    return build == "musl" and mutex_type in OWNED


def untold(scene):
    """True if the scene has a wait of which memory does not tell everything."""
    return any(_is_untold(scene, thread) for thread in scene.plan.threads)


def _is_untold(scene, thread):
    plan = scene.plan
    build = plan.processes[thread.process].build
    if thread.call not in UNTOLD.get(build, ()):
        return False
    # the language's own locks are for one process
    thing = plan.objects[thread.argument]
    if build == "musl":
        return thread.call != "lock" or thing.type not in OWNED or _has_ended(scene, thread)
    return not (thing.region >= 0 or thing.pshared)


def _has_ended(scene, thread):
    """The number of a thread that ends is taken out of its locks: by musl, or by the kernel, which has their list."""
    return scene.thread_state(scene.plan.holder(thread.argument, thread.process)) != ALIVE


def names_of_kind(build, kind):
    """What a wait of that kind may be called."""
    return {kind, "futex"} if build in NAMELESS and kind in ("cond", "barrier") else {kind}
