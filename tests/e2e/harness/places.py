# SPDX-License-Identifier: BSD-2-Clause
"""Where each C program hangs, and what its locks are called, however often and under what it is run.

A line is known by a comment in the source, or by the call in it, so by its file, too.
"""
from dataclasses import replace

HERE = "here it hangs"

# program, or program and arguments: role -> (function, name of what it waits on or None[, part of the line])
PLACES = {
    "mutex_abba": {"a": ("take_both", "lock[1]"), "b": ("take_both", "lock[0]")},
    "mutex_twice": {"a": ("lock_twice", None)},
    "mutex_holder_ended": {"a": ("take", "lock")},
    "mutex_fork": {"a": ("take", "lock")},
    "join_mutex": {"main": ("main", None), "a": ("take", "lock")},
    "nested": {
        "main": ("main", None),
        "a": ("wait_for_lock", "lock"),
        "b": ("wait_for_child", None),
        "child": ("read_order", None),
    },
    "philosophers 3": {role: ("dine", f"left_fork[{fork}]") for role, fork in zip("abc", (1, 2, 0))},
    "philosophers 5": {role: ("dine", f"left_fork[{fork}]") for role, fork in zip("abcde", (1, 2, 3, 4, 0))},
    "sem_shared": {"main": ("main", None), **dict.fromkeys("ab", ("wait_for_post", None))},
    "sem_private": {"main": ("main", None), **dict.fromkeys("ab", ("wait_for_post", "semaphore"))},
    "cond_never": {"main": ("main", None), **dict.fromkeys("ab", ("wait_for_work", "work"))},
    "pipe_ring tidy": dict.fromkeys("abc", ("read_from_left", None)),
    "pipe_ring untidy": {"main": ("main", None), **dict.fromkeys("abc", ("read_from_left", None))},
    "pipe_own": {"main": ("main", None)},
    "poll_pipe": {"main": ("main", None)},
    "poll_pipe poll": {"a": ("wait_for_pipe", None, "poll(&")},
    "poll_pipe select": {"a": ("wait_for_pipe", None, "select(fd")},
    "wait_forms": {"a": ("read_order", None)},
    "wait_forms pid": {"main": ("main", None, "waitpid(a,")},
    "wait_forms pidfd": {"main": ("main", None, "waitid(P_PIDFD")},
    "wait_forms any": {"main": ("main", None, "wait(NULL)"), "b": ("read_order", None)},
    "wait_forms pgid": {"main": ("main", None, "waitid(P_PGID"), "b": ("read_order", None)},
}


def placed(case):
    """The case with what the tables say of its program, beside what it says itself."""
    words = case.program.split()
    roles = {}
    for count in range(1, len(words) + 1):
        roles.update(PLACES.get(" ".join(words[:count]), {}))
    places = {role: (function, *(text or [HERE])) for role, (function, _, *text) in roles.items()}
    names = {role: name for role, (_, name, *_) in roles.items()}
    return replace(case, places={**places, **case.places}, variables={**names, **case.variables})
