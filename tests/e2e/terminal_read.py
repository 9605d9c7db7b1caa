# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: a process reads from a terminal whose other side its parent holds and sleeps."""
import os
import pty

import hang

if __name__ == "__main__":
    hang.go()
    pid, terminal = pty.fork()
    if pid == 0:
        os.read(0, 1)
        os._exit(0)
    hang.ready(main=os.getpid(), a=pid)
    hang.sleep_for_ever()
