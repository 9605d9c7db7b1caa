# SPDX-License-Identifier: BSD-2-Clause
"""Who holds the GIL that a thread of a Python process waits for.

The waiter is in a condition variable that lies in a structure which says before
it: last holder, locked, how often it was handed over (Include/internal/pycore_gil.h).
The holder is the state of a thread, in which there is that thread's pthread_self().
It waits for an interval at a time, so it runs, and what it waits for is read twice.
"""

import struct
import time

from .procfs import Unreadable, read_memory, read_word
from .python_lock import THREAD_SELF, THREAD_TID

FROM_HOLDER = (64, 68)  # to the word that is waited for: cond.__g_signals, of either group
STATE_SIZE = 400
PAUSE_S = 0.02


def read_gil(pid, base):
    """(holder, switch number), or None if it is not held."""
    holder, locked, _, switches = struct.unpack("<QIIQ", read_memory(pid, base, 24))
    return (holder, switches) if locked == 1 and holder and holder % 8 == 0 else None


def number_of_state(pid, state):
    """The number of the thread whose control block a word of the state leads to, or None."""
    for (word,) in struct.iter_unpack("<Q", read_memory(pid, state, STATE_SIZE)):
        try:
            if word and word % 64 == 0 and read_word(pid, word + THREAD_SELF) == word:
                return read_word(pid, word + THREAD_TID, "<i")
        except Unreadable:
            pass
    return None


def holder(pid, address, pause=time.sleep):
    """The holder's number, or None if the word is no GIL's, or the GIL goes from hand to hand."""
    for distance in FROM_HOLDER:
        try:
            seen = read_gil(pid, address - distance)
            number = number_of_state(pid, seen[0]) if seen else None
        except (Unreadable, struct.error):
            continue
        if number:
            pause(PAUSE_S)
            return number if read_gil(pid, address - distance) == seen else None
    return None
